"""Print the table of defects: `python -m tools.defects [NUMBER …] [--write DIR | --check DIR]`.

For each: what shows it, the release that it was looked for in and the result there, and the result
here, both from running it now. Exit status 1 when one is wrong here, or can't be seen any more in
the release that has it.

`--write docs` writes the page of all of them. `--check docs` runs nothing: it compares the page
with what the catalogue says, to which the tests hold both the releases and this library.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.defects.catalogue import DEFECTS, Defect
from tests.defects.evidence import Result, judge
from tools.generated import compare

PAGE = "defects.md"
COMMAND = "python -m tools.defects --write docs"

COLUMNS = "{:<6}{:<54}{:<12}{:<16}{:<10}{}"

HEAD = """\
# Defects of older releases

The known defects of the releases of `ws-sync` before this library, and whether this library has
them. The numbers are those of the known-failing lists and of [the known
deviations](../spec/deviations.md). Cases of the conformance kit, or [a
program](../tests/defects/programs), test each defect in the release and in this library.

*Right* in a release means that the defect is one of [0.8], which is not on PyPI, or of a client.
0.6.9\\* is the release with the version of jsonpatch in its lock file.

`python -m tools.defects --write docs` runs all tests and writes this page.

**{right} of {all} are right in this library.**

| number | defect | release | in the release | here | tested by |
|---|---|---|---|---|---|
"""


def main() -> int:
    """Judge the named defects, or all."""
    parser = argparse.ArgumentParser(prog="python -m tools.defects", description=__doc__)
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="default: all")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the page of all there")
    parser.add_argument("--check", type=Path, metavar="DIR", help="run nothing, check the page")
    given = parser.parse_args()
    if unknown := set(given.numbers) - {defect.number for defect in DEFECTS}:
        parser.error(f"no such defect: {', '.join(sorted(unknown))}")
    if given.write and given.numbers:
        parser.error("the page has all defects: --write without numbers")
    if given.check:
        return compare(given.check / PAGE, expected_page(), COMMAND)
    defects = [each for each in DEFECTS if not given.numbers or each.number in given.numbers]
    there, here = judge(defects, here=False), judge(defects, here=True)
    print(COLUMNS.format("", "defect", "release", "there", "here", "shown by"))
    for defect in defects:
        print(COLUMNS.format(*row(defect, there[defect.number], here[defect.number])).rstrip())
    if given.write:
        (given.write / PAGE).write_text(page(there, here), encoding="utf-8")
    return _say_what_is_unexpected(defects, there, here)


def page(there: Mapping[str, Result], here: Mapping[str, Result]) -> str:
    """Return the page of all defects, with the results in the releases and here."""
    right = sum(result.verdict == "right" for result in here.values())
    rows = [row(defect, there[defect.number], here[defect.number]) for defect in DEFECTS]
    lines = [f"| {' | '.join(cells)} |\n".replace("*", r"\*") for cells in rows]
    return HEAD.format(right=right, all=len(DEFECTS)) + "".join(lines)


def expected_page() -> str:
    """Return the page as it is when all is as the catalogue says, and right here."""
    there = {defect.number: Result(defect.there) for defect in DEFECTS}
    return page(there, {defect.number: Result("right") for defect in DEFECTS})


def row(defect: Defect, there: Result, here: Result) -> list[str]:
    """Return what stands in one line of the table."""
    release = defect.release.removeprefix("pypi_").replace("_locked", "*").replace("_", ".")
    by = [f"{defect.program}.py"] if defect.program else []
    by += list(defect.cases)
    return [defect.number, defect.title, release, there.verdict, here.verdict, ", ".join(by)]


def _say_what_is_unexpected(
    defects: Sequence[Defect], there: Mapping[str, Result], here: Mapping[str, Result]
) -> int:
    shown = [defect for defect in defects if defect.is_tested]
    wrong = [d for d in shown if here[d.number].verdict != "right"]
    unseen = [d for d in shown if there[d.number].verdict != d.there]
    for defect in wrong:
        print(f"{defect.number} is wrong here: {here[defect.number].reason}")
    for defect in unseen:
        print(f"{defect.number} is not as known there: {there[defect.number].reason}")
    return 1 if wrong or unseen else 0


if __name__ == "__main__":
    sys.exit(main())
