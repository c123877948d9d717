"""Measures the cost of the proxy: `python -m tools.proxy_cost [--browser] [--seconds N]`.

Clients do round trips without the proxy, through it, and through it with its page open, in turns,
with one client and with many. They are picows clients of the reference testee; with `--browser`,
the demo in Chromium, which is then the bottleneck. The proxy's processor time is the steadiest
figure on a busy machine; of the others, compare the ratios. Needs Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from tools.benchmark.serving import Running
from tools.proxy_cost import browser, callers
from tools.proxy_cost.running import Measured, demo, proxy, testee

ROUNDS = 3
LIMIT = 150.0
"""The most processor time of the proxy for a frame, in microseconds."""
NAMES = ("direct", "proxy", "page open")


def main() -> int:
    """Measure and print; return 1 if a frame costs more than `LIMIT`."""
    parser = argparse.ArgumentParser(prog="python -m tools.proxy_cost", description=__doc__)
    parser.add_argument("--browser", action="store_true", help="the demo in Chromium")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each measurement")
    chosen = parser.parse_args()
    if chosen.browser:
        compare("pairs", (1, 10), demo(), browser.measure, chosen.seconds)
        return 0
    worst = compare("connections", (1, 50), testee(), call, chosen.seconds)
    print(f"at most {worst:.0f} µs of the proxy's time for a frame; the limit is {LIMIT:.0f} µs")
    return int(worst > LIMIT)


def call(target: Running, connections: int, seconds: float, page: str) -> Measured:
    """Measure with picows clients."""
    return asyncio.run(callers.measure(target, connections, seconds, page))


def compare(
    what: str,
    counts: tuple[int, ...],
    serving: AbstractContextManager[Running],
    measure: Callable[[Running, int, float, str], Measured],
    seconds: float,
) -> float:
    """Print a table; return the most processor time of the proxy for a frame, in microseconds.

    Args:
        what: The noun for what is counted.
        counts: The numbers of them.
        serving: The server after the proxy.
        measure: Takes the address, the number, the seconds, and the address of an open page.
        seconds: The duration of each measurement.
    """
    worst = 0.0
    print(f"{'':<16}{what:>12}{'frames/s':>10}{'round trip':>12}{'proxy/frame':>13}")
    with serving as server, proxy(server) as (bare, _), proxy(server) as (paged, live):
        targets = dict(zip(NAMES, (server, bare, paged), strict=True))
        for count in counts:
            found: dict[str, list[Measured]] = {name: [] for name in NAMES}
            for _ in range(ROUNDS):
                for name, target in targets.items():
                    page = live if name == "page open" else ""
                    found[name].append(measure(target, count, seconds, page))
            for name, all_ in found.items():
                middle = Measured(
                    *(statistics.median(getattr(one, field) for one in all_)
                      for field in ("rate", "median", "cost"))
                )  # fmt: skip
                print(line(name, count, middle, found["direct"]), flush=True)
                if name != "direct":
                    worst = max(worst, middle.cost * 1e6)
    return worst


def line(name: str, count: int, middle: Measured, direct: list[Measured]) -> str:
    """Return a line of the table."""
    text = f"{name:<16}{count:>12}{middle.rate:>10.0f}{middle.median * 1e6:>9.0f} µs"
    if name == "direct":
        return text
    rate = middle.rate / statistics.median(one.rate for one in direct)
    slower = middle.median / statistics.median(one.median for one in direct)
    cost = f"{middle.cost * 1e6:>10.1f} µs"
    return f"{text}{cost}   {rate:.2f} of the frames, {slower:.2f} times as long"


if __name__ == "__main__":
    sys.exit(main())
