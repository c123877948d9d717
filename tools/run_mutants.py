"""Judge the judge: the kit against every mutant and every odd server, as `tests/mutants/` has them.

    python -m tools.run_mutants [NAME …] [--whole] [--write DIR | --check DIR] [--json FILE]

Every mutant has to be killed by a case that names the requirement that it breaks, or by the probe
with a sentence that names it; an odd but legal server must not fail, and is warned of what it says.

A mutant is given the cases of its requirement, up to the first kill; where those do not kill it,
the cases of the section, and then all. `--write` begins with the section, to know which cases kill
nothing. A legal server has to pass all cases; `--check` leaves out the few that look for limits,
which take as long as all others, of those that are not odd in that. Whoever is not judged as he
should be is judged once more with long deadlines, so that a busy machine is no verdict.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.mutants.catalogue import kinds
from tools.matrix.judging import judge, of_requirement, of_section
from tools.matrix.page import PAGE, differences, listed, page
from tools.matrix.result import Result, breaks, killing_nothing, others, totals

TIME_SCALE = 0.15
"""That of the kit's deadlines, for mutants: some stay silent, and then the kit waits in vain."""
PATIENT = 1.0
"""That for legal servers, for which it never does, and for a mutant's last try."""
VERY_PATIENT = 4.0
SEARCH = ("--budget", "1s", "--seed", "1")
"""A short search that begins in the same place each time, so that the matrix is stable."""
NO_LIMITS = ("-k", "not growing_frame and not each_of_many_connections and not grows_by_copying")
"""Without the cases that look for limits."""
ODD_IN_LIMITS = frozenset({"Honest", "AtTheLimit", "TakesBombs"})
JOBS = (os.cpu_count() or 1) + 1
"""Testees at a time: a mutant that stays silent lets the kit wait, and its core is free then."""


def main() -> int:
    """Run the matrix; 0 if every testee is judged as it should be."""
    chosen = arguments()
    unknown = set(chosen.names) - kinds().keys()
    if unknown:
        print(f"no such testee: {', '.join(sorted(unknown))}; there are {', '.join(kinds())}")
        return 2
    began = time.monotonic()
    results = run_all(chosen.names or list(kinds()), chosen)
    seconds = time.monotonic() - began
    if chosen.json:
        found = [asdict(result) for result in results]
        Path(chosen.json).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(summary(results, cases=bool(chosen.write or chosen.whole))))
    print(f"{seconds:.0f} s, {chosen.jobs} at a time")
    wrong = any(result.wrong for result in results)
    if chosen.write:
        (Path(chosen.write) / PAGE).write_text("\n".join(page(results)) + "\n", encoding="utf-8")
    if chosen.check:
        different = list(differences(Path(chosen.check), results, whole=not chosen.names))
        wrong |= bool(different)
        print("\n".join(different) or f"as {Path(chosen.check) / PAGE} says")
    return int(wrong)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tools.run_mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", metavar="DIR", help=f"write the page DIR/{PAGE}")
    parser.add_argument("--check", metavar="DIR", help=f"compare the verdicts with DIR/{PAGE}")
    parser.add_argument("--whole", action="store_true", help="all cases against every mutant")
    parser.add_argument("--json", metavar="FILE", help="write all there is to know")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"at a time (default here {JOBS})")
    parser.add_argument(
        "--time-scale", type=float, default=TIME_SCALE, help="of mutants' deadlines"
    )
    chosen = parser.parse_args()
    if chosen.write and chosen.names:
        parser.error("--write needs all testees: which cases kill nothing is not known otherwise")
    return chosen


def run_all(names: Sequence[str], chosen: argparse.Namespace) -> list[Result]:
    """Judge the testees, some at a time, each printed as it is known; the legal ones first."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(chosen.jobs) as pool:

        def run(name: str) -> Result:
            seconds, before = 0.0, ""
            for time_scale, options in tries(name, chosen):
                result = judge(name, Path(folder), time_scale, *options)
                seconds += result.seconds
                if not result.wrong:
                    break
                before = f" (before: {result.wrong})"
            result.seconds = seconds
            sign, before = ("!!", "") if result.wrong else ("ok", before)
            print(f"{sign} {name:<26} {seconds:5.1f} s  {result.verdict()}{before}", flush=True)
            return result

        first = sorted(names, key=lambda name: breaks(name) is not None)
        found = dict(zip(first, pool.map(run, first), strict=True))
        return [found[name] for name in names]


def tries(name: str, chosen: argparse.Namespace) -> Iterator[tuple[float, Sequence[str]]]:
    """With which time scales and options a testee is judged, until it is as it should be."""
    scale = chosen.time_scale
    if breaks(name) is None:
        some = NO_LIMITS if chosen.check and name not in ODD_IN_LIMITS else ()
        yield max(PATIENT, scale), (*SEARCH, *some)
        yield max(VERY_PATIENT, scale), (*SEARCH, *some)
        return
    if not (chosen.write or chosen.whole):
        yield scale, of_requirement(name)
    if not chosen.whole:
        yield scale, of_section(name)
    yield max(PATIENT, scale), SEARCH


def summary(results: Sequence[Result], *, cases: bool) -> Iterator[str]:
    """The matrix in the terminal.

    Args:
        results: What is so.
        cases: Whether enough cases ran to say which kill nothing.
    """
    for result in results:
        if result.breaks is not None and not result.wrong:
            yield f"{result.name} ({result.breaks}): {result.reason}"
            families = Counter(case.partition("[")[0] for case in result.own).items()
            yield "    by " + ", ".join(f"{name} ({number})" for name, number in families)
            if result.others:
                yield f"    also {others(result)}"
    if cases:
        yield f"cases that kill nothing: {len(killing_nothing(results))}"
        yield from (f"    {line}" for line in listed(killing_nothing(results)))
    yield from (f"WRONG {result.name}: {result.wrong}" for result in results if result.wrong)
    yield totals(results)


if __name__ == "__main__":
    sys.exit(main())
