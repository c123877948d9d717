"""The page of implementations, `docs/implementations.md`: written, and compared with what is so.

What it says is the same from run to run: no times, and nothing that depends on which of several
requirements a failing case has blamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

from conformance.reports.comparison import Comparison, markdown
from conformance.reports.model import Report
from conformance.reports.reader import load

PAGE = "implementations.md"
TITLES = {
    "reference": "reference",
    "node": "Node testee",
    "pypi_0_6_9": "PyPI 0.6.9",
    "pypi_0_5_1": "PyPI 0.5.1",
}
"""The implementations that the page has, in its order, and what it calls them."""
INTRODUCTION = """\
# Implementations against requirements

The results of the kit's scripted cases for four implementations: this repository's reference, a
testee in Node that was written from the specification alone, and two releases of `ws-sync` on PyPI.
`python -m tools.judge_testees --write docs` writes this page; continuous integration checks that it
is up to date.

`✓`: all cases of the requirement pass. `✗ 2 of 5`: two of its five cases do not pass, and the
requirement is a MUST. `! 2 of 5`: the same for a SHOULD. `-`: no case was judged. *known failing*
counts the cases in the implementation's known-failing list, in its directory in `tools/testees`.

"""


def read(reports: Mapping[str, Path]) -> dict[str, Report]:
    """The reports of the implementations that the page has, by their names."""
    return {name: load(reports[name], title) for name, title in TITLES.items() if name in reports}


def page(reports: Mapping[str, Report]) -> str:
    """The page.

    Raises:
        ValueError: An implementation is missing.
    """
    if missing := TITLES.keys() - reports.keys():
        raise ValueError(f"the page needs a report of each; missing: {', '.join(sorted(missing))}")
    found = Comparison([reports[name] for name in TITLES])
    return INTRODUCTION + markdown(found, link="../spec/", all_rows=True)


def differences(folder: Path, reports: Mapping[str, Report]) -> list[str]:
    """In what the page is not as these reports have it, line by line."""
    path = folder / PAGE
    written = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    current = page(reports).splitlines()
    return [*unified_diff(written, current, str(path), "now", lineterm="", n=0)]
