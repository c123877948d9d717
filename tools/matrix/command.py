"""The command line of the matrix: run it, print it, write or compare its page."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tools.matrix import client_page, page
from tools.matrix.catalogue import Side, catalogue
from tools.matrix.judging import judge, of_requirement, of_section
from tools.matrix.result import Result, breaks, killing_nothing, others, totals

PAGES = {"server": page, "client": client_page}
TIME_SCALES: dict[Side, float] = {"server": 0.15, "client": 0.4}
"""The factor of the kit's deadlines for mutants, many of which never answer."""
PATIENT = {"server": 1.0, "client": 2.0}
"""The factor for legal testees, which do not keep the kit waiting, and for a mutant's last try."""
SEARCH = ("--budget", "1s", "--seed", "1")
"""A short search from the same seed each time, so that the matrix is stable."""
NO_LIMITS = ("-k", "not growing_frame and not each_of_many_connections and not grows_by_copying")
"""All cases without those that look for limits."""
ODD_IN_LIMITS = frozenset({"Honest", "AtTheLimit", "TakesBombs"})
CHECKED = ("--section", "state", "--section", "versioning")
"""The sections that `--check` runs against legal clients."""
JOBS = (os.cpu_count() or 1) + 1
"""Testees at a time: the kit waits for a mutant that never answers, and leaves its core free."""


def main(side: Side, description: str) -> int:
    """Run the matrix of a side; return 0 if every verdict is right and the page is current."""
    chosen = arguments(side, description)
    known, its_page = catalogue(side).kinds, PAGES[side]
    if unknown := set(chosen.names) - known.keys():
        print(f"no such testee: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    began = time.monotonic()
    results = run_all(side, chosen.names or list(known), chosen)
    seconds = time.monotonic() - began
    if chosen.json:
        found = [asdict(result) for result in results]
        Path(chosen.json).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    enough = side == "server" and bool(chosen.write or chosen.whole)
    print("\n".join(summary(results, side, cases=enough)))
    print(f"{seconds:.0f} s, {chosen.jobs} at a time")
    wrong = any(result.wrong for result in results)
    if chosen.write:
        text = "\n".join(its_page.page(results)) + "\n"
        (Path(chosen.write) / its_page.PAGE).write_text(text, encoding="utf-8")
    if chosen.check:
        path = Path(chosen.check)
        different = list(its_page.differences(path, results, whole=not chosen.names))
        wrong |= bool(different)
        print("\n".join(different) or f"{path / its_page.PAGE} is up to date")
    return int(wrong)


def arguments(side: Side, description: str) -> argparse.Namespace:
    """Parse the command line."""
    name = "run_mutants" if side == "server" else "run_client_mutants"
    parser = argparse.ArgumentParser(
        prog=f"python -m tools.{name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    pages = parser.add_mutually_exclusive_group()
    its_page = PAGES[side].PAGE
    parser.add_argument("names", nargs="*", metavar="NAME")
    pages.add_argument("--write", metavar="DIR", help=f"write the page DIR/{its_page}")
    pages.add_argument("--check", metavar="DIR", help=f"compare the verdicts with DIR/{its_page}")
    parser.add_argument("--whole", action="store_true", help="run all cases against every mutant")
    parser.add_argument("--json", metavar="FILE", help="write all results as JSON")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"at a time (default here {JOBS})")
    parser.add_argument(
        "--time-scale", type=float, default=TIME_SCALES[side], help="of mutants' deadlines"
    )
    chosen = parser.parse_args()
    if chosen.write and chosen.names:
        parser.error("--write needs all testees")
    chosen.killing = (
        client_page.killing_cases(Path(chosen.check)) if side == "client" and chosen.check else {}
    )
    return chosen


def run_all(side: Side, names: Sequence[str], chosen: argparse.Namespace) -> list[Result]:
    """Judge the testees, some at a time, and print each verdict; the legal ones first."""
    first = sorted(names, key=lambda name: breaks(name, side) is not None)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(chosen.jobs) as pool:
        judged = partial(judge_again, side, folder=Path(folder), chosen=chosen)
        found = dict(zip(first, pool.map(judged, first), strict=True))
        if side == "client":  # some are wrong only in their times, so that a busy machine hides it
            found |= {name: judged(name) for name in first if found[name].wrong}
        return [found[name] for name in names]


def judge_again(side: Side, name: str, *, folder: Path, chosen: argparse.Namespace) -> Result:
    """Judge a testee with one set of options after the other, until the verdict is right."""
    seconds, before = 0.0, ""
    tries = tries_of_server if side == "server" else tries_of_client
    for time_scale, options in tries(name, chosen):
        result = judge(name, folder, time_scale, *options, side=side)
        seconds += result.seconds
        if not result.wrong:
            break
        before = f" (before: {result.wrong})"
    result.seconds = seconds
    sign, before = ("!!", "") if result.wrong else ("ok", before)
    print(f"{sign} {name:<26} {seconds:5.1f} s  {result.verdict()}{before}", flush=True)
    return result


def tries_of_server(name: str, chosen: argparse.Namespace) -> Iterator[tuple[float, Sequence[str]]]:
    """Yield the time scales and options with which a server is judged, in this order."""
    scale, patient, broken = chosen.time_scale, PATIENT["server"], breaks(name)
    if broken is None:
        some = NO_LIMITS if chosen.check and name not in ODD_IN_LIMITS else ()
        yield max(patient, scale), (*SEARCH, *some)
        yield max(4 * patient, scale), (*SEARCH, *some)
        return
    if not (chosen.write or chosen.whole):
        yield scale, (*of_requirement(name), "--until", broken)
    if not chosen.whole:
        yield scale, of_section(name)
    yield max(patient, scale), SEARCH


def tries_of_client(name: str, chosen: argparse.Namespace) -> Iterator[tuple[float, Sequence[str]]]:
    """Yield the time scales and options with which a client is judged, in this order."""
    patient = PATIENT["client"]
    if breaks(name, "client") is None:
        yield patient, CHECKED if chosen.check else ()
        yield 2 * patient, CHECKED if chosen.check else ()
        return
    cases = () if chosen.whole else of_requirement(name, "client")
    killing = chosen.killing.get(name)
    yield chosen.time_scale, ("--case", killing) if killing else cases
    yield patient, cases


def summary(results: Sequence[Result], side: Side, *, cases: bool) -> Iterator[str]:
    """Yield the lines of the matrix in the terminal.

    Args:
        results: The results.
        side: The side that was under test.
        cases: Whether enough cases ran to find those that kill nothing.
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
        yield from (f"    {line}" for line in page.listed(killing_nothing(results)))
    yield from (f"WRONG {result.name}: {result.wrong}" for result in results if result.wrong)
    yield totals(results, side)
