"""Print the table of defects: `python -m tools.defects [NUMBER …]`.

For each: what shows it, the release that it was looked for in and the result there, and the result
here, both from running it now. Exit status 1 when one is wrong here, or can't be seen any more in
the release that has it.
"""

from __future__ import annotations

import sys

from tests.defects.catalogue import DEFECTS, Defect
from tests.defects.evidence import Result, judge

COLUMNS = "{:<6}{:<54}{:<12}{:<16}{:<10}{}"


def main() -> int:
    """Judge the named defects, or all."""
    named = set(sys.argv[1:])
    defects = [defect for defect in DEFECTS if not named or defect.number in named]
    if unknown := named - {defect.number for defect in defects}:
        print(f"no such defect: {', '.join(sorted(unknown))}")
        return 2
    there, here = judge(defects, here=False), judge(defects, here=True)
    print(COLUMNS.format("", "defect", "release", "there", "here", "shown by"))
    for defect in defects:
        print(row(defect, there[defect.number], here[defect.number]).rstrip())
    shown = [defect for defect in defects if defect.is_shown]
    wrong = [d for d in shown if here[d.number].verdict != "right"]
    unseen = [d for d in shown if there[d.number].verdict != d.there]
    for defect in wrong:
        print(f"{defect.number} is wrong here: {here[defect.number].reason}")
    for defect in unseen:
        print(f"{defect.number} is not as known there: {there[defect.number].reason}")
    return 1 if wrong or unseen else 0


def row(defect: Defect, there: Result, here: Result) -> str:
    """Return one line of the table."""
    release = defect.release.removeprefix("pypi_").replace("_locked", "*").replace("_", ".")
    by = [f"{defect.program}.py"] if defect.program else []
    by += list(defect.cases)
    return COLUMNS.format(
        defect.number, defect.title, release, there.verdict, here.verdict, ", ".join(by)
    )


if __name__ == "__main__":
    sys.exit(main())
