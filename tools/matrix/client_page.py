"""The page of clients, `spec/client-mutants.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path

from conformance.spec import requirements
from tools.matrix.catalogue import catalogue
from tools.matrix.result import Result

PAGE = "client-mutants.md"
INTRODUCTION = """\
# Clients that are wrong on purpose

The kit's [client mode](testee.md#a-client-under-test) is tested with clients that are \
wrong on purpose. Each breaks one
requirement, and a case must fail for that requirement. Unusual clients that keep all \
requirements must pass. The clients are in
`tests/mutants/clients/`; `python -m tools.run_client_mutants --write spec` writes this page.
"""


def page(results: Sequence[Result]) -> Iterator[str]:
    """Yield the lines of the page."""
    known = catalogue("client")
    mutants = [result for result in results if result.breaks]
    legals = [result for result in results if result.name in known.warns]
    yield INTRODUCTION
    yield f"{len(mutants)} wrong clients, all of them found:\n"
    yield "| client | fault | breaks | found by |"
    yield "|---|---|---|---|"
    for result in mutants:
        broken = str(result.breaks)
        place = f"[`{broken}`]({requirements()[broken].page}#{broken})"
        killed = result.own[0] if result.own else None
        yield f"| `{result.name}` | {known.sentence(result.name)} | {place} | `{killed}` |"
    yield f"\n{len(legals)} unusual clients, all of which pass:\n"
    yield "| client | behaviour |"
    yield "|---|---|"
    yield from (f"| `{result.name}` | {known.sentence(result.name)} |" for result in legals)


def killing_cases(folder: Path) -> dict[str, str]:
    """Return the killing case of each mutant that the page of a folder names."""
    path = folder / PAGE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return dict(re.findall(r"^\| `(\w+)` \|.*\| `([^`]+)` \|$", text, re.MULTILINE))


def differences(folder: Path, results: Sequence[Result], *, whole: bool) -> Iterator[str]:
    """Yield the lines in which the page differs from results, if those are of all clients."""
    path = folder / PAGE
    written = path.read_text(encoding="utf-8").splitlines()
    current = "\n".join(page(results)).splitlines()
    if whole:
        yield from unified_diff(written, current, str(path), "now", lineterm="", n=0)
