"""Fuzz the library: `python -m tools.fuzz [TARGET …] --seconds N`, or `--inputs N`; `--seed S`.

Tries inputs on each target until the time is over (processor time, divided among the targets) or
there were so many. Prints what was tried, the slowest input and the most memory that one took, and
what is wrong, made short. Exit status 1 when something is.
"""

from __future__ import annotations

import argparse
import math
import sys

from tools import judging
from tools.fuzz.target import Report, run
from tools.fuzz.targets import TARGETS


def main() -> int:
    """Fuzz the named targets, or all; 0 if nothing is found."""
    parser = argparse.ArgumentParser(prog="tools.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    most = parser.add_mutually_exclusive_group()
    most.add_argument("--seconds", type=float, default=60, help="for all targets; 60 if not given")
    most.add_argument("--inputs", type=int, help="of each target")
    parser.add_argument("--seed", type=int, default=1, help="of the first batch; 1 if not given")
    chosen = parser.parse_args()
    names = judging.chosen(chosen.names, [*TARGETS], "target")
    shares = sum(TARGETS[name].share for name in names)
    found = False
    for name in names:
        target = TARGETS[name]
        seconds = math.inf if chosen.inputs else chosen.seconds * target.share / shares
        report = run(target, chosen.inputs or math.inf, seconds, chosen.seed)
        found |= bool(report.findings)
        _print(name, report)
    return 1 if found else 0


def _print(name: str, report: Report) -> None:
    print(
        f"{name:<10} {report.inputs:>9,} inputs {report.seconds:>7.1f} s"
        f" {report.seconds / max(1, report.inputs) * 1e3:>8.2f} ms each"
        f" slowest {report.slowest[0] * 1e3:>7.1f} ms, most {report.largest[0] / 1024:>7,.0f} KiB"
        f" {'FOUND' if report.findings else 'nothing found'}",
        flush=True,
    )
    for finding in report.findings:
        print(f"\n{finding}\n")


if __name__ == "__main__":
    sys.exit(main())
