"""What the watcher costs: `python -m tools.proxy_cost [--browser] [--seconds N]`.

Clients do round trips without the proxy, through it, and through it while its page is open, in
turns, one client and many. They are picows clients of the reference testee, and with `--browser`
the demo in Chromium, which is the limit itself then. The system's counters tell how long the proxy
has computed, which a busy machine disturbs least; of the rest, the ratios count. Needs Linux.
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
"""Microseconds of the proxy's own time for a frame, up to which it can be left on."""
NAMES = ("direct", "proxy", "page open")


def main() -> int:
    """Measure and print; 1 if a frame of fast clients costs more than it may."""
    parser = argparse.ArgumentParser(prog="python -m tools.proxy_cost", description=__doc__)
    parser.add_argument("--browser", action="store_true", help="the demo in Chromium")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each measurement")
    chosen = parser.parse_args()
    if chosen.browser:
        compare("pairs", (1, 10), demo(), browser.measure, chosen.seconds)
        return 0
    worst = compare("connections", (1, 50), testee(), call, chosen.seconds)
    print(f"at most {worst:.0f} µs of the proxy's time for a frame; {LIMIT:.0f} are allowed")
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
    """Print a table, and return the most microseconds that the proxy has computed for a frame.

    Args:
        what: What there is one of, and many.
        counts: How many.
        serving: The server behind the proxy.
        measure: Takes the address, how many, the seconds, and where the page is that is open.
        seconds: How long each measurement takes.
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
    """A line of the table."""
    text = f"{name:<16}{count:>12}{middle.rate:>10.0f}{middle.median * 1e6:>9.0f} µs"
    if name == "direct":
        return text
    rate = middle.rate / statistics.median(one.rate for one in direct)
    slower = middle.median / statistics.median(one.median for one in direct)
    cost = f"{middle.cost * 1e6:>10.1f} µs"
    return f"{text}{cost}   {rate:.2f} of the frames, {slower:.2f} times as long"


if __name__ == "__main__":
    sys.exit(main())
