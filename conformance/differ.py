"""`python -m conformance.differ URL URL …`: print the differences of servers, side by side."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence
from itertools import zip_longest
from shutil import get_terminal_size
from textwrap import wrap
from typing import TextIO

from conformance.driver.target import SESSION, Target
from conformance.errors import NOT_CONFORMANT, NOTHING_RAN, Unusable
from conformance.protocol.display import show_payload
from conformance.protocol.wire import compact
from conformance.runner.option_table import BUDGET
from conformance.runner.options import seconds_in
from conformance.runner.probe import check_url, probe
from conformance.sequences.differential import ServersDiffer, search
from conformance.sequences.steps import Step


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; 1 means that a requirement forbids a difference, 0 that none does."""
    chosen = _arguments(given)
    try:
        targets = [_target(url, chosen.time_scale) for url in chosen.urls]
        budget = seconds_in("--budget", chosen.budget)
        for target in targets:
            asyncio.run(probe(target))
    except Unusable as error:
        _say(f"ws-sync: {error}", sys.stderr)
        return error.status
    found = search(targets, chosen.seed, budget)
    forbidden = legal = 0
    for number, target in enumerate(targets, 1):
        _say(f"{number}  {target.url}")
    for finding in found.findings():
        assert isinstance(finding.violation, ServersDiffer)
        _say("\n" + "\n".join(_describe(finding.program, finding.violation)))
        legal += finding.violation.legal
        forbidden += not finding.violation.legal
    _say(
        f"\n{found.tally}, seed {found.seed}: {forbidden} differences that a requirement forbids, "
        f"{legal} other differences"
    )
    return NOT_CONFORMANT if forbidden else 0


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream, flush=True)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ws-sync differ",
        description="Run the same generated sequences against several servers, and print how they "
        "differ.",
    )
    parser.add_argument(
        "urls",
        nargs="+",
        metavar="URL",
        help="the servers, at least two: ws://HOST:PORT/PATH/{session}",
    )
    parser.add_argument(
        "--budget",
        default=BUDGET,
        metavar="TIME",
        help="the time to spend, such as 20s, 2m or 1h (default %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=random.randrange(2**32),
        metavar="N",
        help="the seed of the generated sequences (default: random)",
    )
    parser.add_argument(
        "--time-scale",
        type=float,
        default=1.0,
        metavar="FACTOR",
        help="multiply every deadline (default 1)",
    )
    chosen = parser.parse_args(given)
    if len(chosen.urls) < 2:
        parser.error("give at least two URLs")
    return chosen


def _target(url: str, time_scale: float) -> Target:
    check_url("URL", url, SESSION)
    if SESSION not in url:
        raise Unusable(
            NOTHING_RAN,
            f"URL {url!r}: write {SESSION} where the server takes the name of a session; each "
            "program runs in new sessions",
        )
    return Target(url, time_scale=time_scale)


def _describe(program: list[Step], difference: ServersDiffer) -> list[str]:
    kind = "a difference that no requirement forbids" if difference.legal else "a difference"
    steps = [f"  {number}. {show_payload(compact(step))}" for number, step in enumerate(program, 1)]
    return [f"{kind}, after", *steps, *_columns(difference.rows())]


def _columns(rows: list[list[str]]) -> list[str]:
    """Rows of cells as a table that is as wide as the terminal."""
    names = max(len(row[0]) for row in rows)
    count = len(rows[0]) - 1
    width = max(16, (get_terminal_size().columns - names - 4) // count - 2)
    head = ["", *map(str, range(1, count + 1))]
    lines = []
    for row in [head, *rows]:
        cells = [wrap(cell, width) or [""] for cell in row[1:]]
        for place, parts in enumerate(zip_longest(*cells, fillvalue="")):
            name = row[0] if place == 0 else ""
            columns = "  ".join(part.ljust(width) for part in parts)
            lines.append(f"  {name.ljust(names)}  {columns}".rstrip())
    return lines


if __name__ == "__main__":
    sys.exit(main())
