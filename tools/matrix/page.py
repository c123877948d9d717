"""The page of servers, `spec/mutants.md`.

It does not change from run to run: it has no times, and no names that the kit draws.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from conformance.spec import requirements
from tests.mutants.catalogue import sections
from tools.matrix.catalogue import catalogue
from tools.matrix.result import Result, killing_nothing, totals

PAGE = "mutants.md"
SHOWN = 3
"""Families of killing cases that are named; the others are counted."""
INTRODUCTION = """\
# The mutant matrix

The conformance kit is tested against servers that are wrong on purpose. Each of these *mutants* is
a small [testee](testee.md) that breaks one requirement. The kit *kills* a mutant if a case fails
for that requirement, with a message that names the fault. Servers that keep all requirements in an
unusual way must pass. The *probe* is what the kit does before the first case: it connects, and
checks that the server can be judged.

`python -m tools.run_mutants` runs the matrix. `--write spec` writes this page, and continuous
integration checks that it is up to date (`--check spec`). This page is not normative.
"""
NOTHING = """\
## Cases that kill nothing

No mutant fails these cases, and they warn about no server. The sections `application` and
`replays` are left out, because they repeat the tests of other sections, which kill most mutants.
"""
STAY = {
    "binary/pair-for-an-event-without-bytes-is-refused": (
        "metadata is an object, which none of these events accepts anyway; a server that passes on "
        "what it can't read may still end"
    ),
    "security/reason-for-closing-tells-nothing-of-the-input": (
        "a server that closes there breaks a requirement of another section, so no mutant is wrong "
        "in this alone"
    ),
    "session/frame-that-was-cut-off-has-no-effect": (
        "WebSocket libraries deliver no partial frame; a server with its own frame parser may"
    ),
    "state/state-holds-every-attribute": ("a server without one is rejected by the probe"),
    "state/set-can-not-break-the-object": (
        "these names break servers of another design; one of them does kill a mutant"
    ),
}
"""The reason to keep a family of cases of which some kill nothing."""


def page(results: Sequence[Result]) -> Iterator[str]:
    """Yield the lines of the page."""
    yield INTRODUCTION
    yield f"**{totals(results)}.**"
    by_name = {result.name: result for result in results}
    for title, names in sections().items():
        yield f"\n## {title}\n"
        yield "| mutant | breaks | verdict | by | for instance |"
        yield "|---|---|---|---|---|"
        for name in names:
            if name in by_name:
                yield mutant_row(by_name[name])
    yield "\n## Legal servers with unusual behaviour\n"
    yield "| server | verdict |"
    yield "|---|---|"
    for result in results:
        if result.breaks is None:
            yield row(titled(result.name), result.verdict())
    yield f"\n{NOTHING}"
    yield from (f"- {line}" for line in listed(killing_nothing(results)))


def mutant_row(result: Result) -> str:
    """Return the row of one mutant."""
    broken = str(result.breaks)
    return row(
        titled(result.name),
        f"[`{broken}`]({requirements()[broken].page}#{broken})",
        plain(result.verdict()),
        named(result.own),
        plain(result.reason),
    )


def titled(name: str) -> str:
    """Return the first cell of a testee: its name and its sentence, which is Markdown."""
    return f"**{name}**: {catalogue('server').sentence(name)}"


def named(cases: Sequence[str]) -> str:
    """Name the first families of cases that killed a mutant, and count the others."""
    families = Counter(case.partition("[")[0] for case in cases)
    found = [plain(case) for case in families][:SHOWN]
    left = len(families) - len(found)
    return ", ".join(found) + (f" and {left} more" if left else "")


def listed(cases: Iterable[str]) -> Iterator[str]:
    """Yield a line for each family of cases, with the reason to keep it if there is one."""
    for name, family in groupby(cases, key=lambda case: case.partition("[")[0]):
        reason = f" ({STAY[name]})" if name in STAY else ""
        yield ", ".join(f"`{case}`" for case in family) + reason


def plain(text: str) -> str:
    """Escape a text for Markdown, in a table too."""
    return re.sub(r"([\\`*_\[\]|~#])", r"\\\1", escape(text, quote=False))


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def differences(folder: Path, results: Sequence[Result], *, whole: bool) -> Iterator[str]:
    """Yield a sentence for each difference between the page and the results.

    Args:
        folder: The folder of the page.
        results: The results of this run.
        whole: Whether they are those of all testees, so that none may be missing.
    """
    path = folder / PAGE
    lines = path.read_text(encoding="utf-8").splitlines()
    written, current = facts(lines), facts(page(results))
    for testee in dict.fromkeys([*written, *current] if whole else current):
        if written.get(testee) != current.get(testee):
            yield f"{path}: {testee}: {written.get(testee)}, but now {current.get(testee)}"
    useful = {c for r in results for c in (*r.own, *r.others, *r.warned)}
    for line in lines:
        for case in re.findall("`([^`]+)`", line) if line.startswith("- ") else []:
            if case in useful:
                yield f"{path}: {case} is listed as one that kills nothing, and now it does"


def facts(lines: Iterable[str]) -> dict[str, list[str]]:
    """Return what is the same in each run, by the name and the sentence of a testee.

    For a mutant it is the requirement and the verdict, for a legal server the verdict. The killing
    cases and the reason may vary, because some mutants are wrong only now and then.
    """
    rows = (line[2:-2].split(" | ") for line in lines if line.startswith("| **"))
    return {cells[0]: cells[1:3] for cells in rows}
