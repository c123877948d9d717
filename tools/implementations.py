"""The page of implementations, `docs/implementations.md`.

It is the same in each run: it has no times, and does not depend on which of several requirements a
failing case found unmet.
"""

from __future__ import annotations

from collections.abc import Mapping
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
"""The implementations on the page, in their order, with their titles."""
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
    """Load the reports of the implementations on the page, by their names."""
    return {name: load(reports[name], title) for name, title in TITLES.items() if name in reports}


def page(reports: Mapping[str, Report]) -> str:
    """Return the page.

    Raises:
        ValueError: An implementation is missing.
    """
    if missing := TITLES.keys() - reports.keys():
        raise ValueError(f"the page needs a report of each; missing: {', '.join(sorted(missing))}")
    found = Comparison([reports[name] for name in TITLES])
    return INTRODUCTION + markdown(found, link="../spec/", all_rows=True)
