"""Fuzz the library: `python -m tools.fuzz [TARGET …] --seconds N`, or `--examples N`; `--seed S`.

Runs each target for its share of the processor time, or for N inputs. Prints the number of inputs,
the slowest input, the most memory that an input took, and each finding as a minimal example. Exit
status 1 if there is a finding.
"""

from __future__ import annotations

import argparse
import math
import sys

from tools import judging
from tools.fuzz.target import Report, run
from tools.fuzz.targets import TARGETS


def main() -> int:
    """Fuzz the named targets, or all; return 0 if nothing is found."""
    parser = argparse.ArgumentParser(prog="tools.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    most = parser.add_mutually_exclusive_group()
    most.add_argument(
        "--seconds", type=float, default=60, help="processor time for all targets; default 60"
    )
    most.add_argument("--inputs", "--examples", type=int, help="inputs of each target")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first batch; default 1")
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
        f" {'FOUND' if report.findings else 'nothing found'}, next seed {report.next_seed}",
        flush=True,
    )
    for finding in report.findings:
        print(f"\n{finding}\n")


if __name__ == "__main__":
    sys.exit(main())
