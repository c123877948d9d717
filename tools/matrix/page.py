"""The page of the matrix, `spec/mutants.md`: written, and compared with what is so now.

What it says is stable from run to run: no times, and no names that the kit draws.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from conformance.spec import requirements
from tests.mutants.catalogue import kinds, sections
from tools.matrix.result import Result, killing_nothing, totals

PAGE = "mutants.md"
SHOWN = 3
"""Families of killing cases that are named; of the others the number is told."""
INTRODUCTION = """\
# The mutant matrix

Who judges the judge? The conformance kit is run against servers that are wrong on purpose. Each of
these *mutants* is a small honest [testee](testee.md) in which one rule is broken. The kit has to
kill it through the requirement that it breaks, for a reason that names what is wrong. Beside them
stand servers that are odd and right, which have to pass.

`python -m tools.run_mutants` runs the matrix. `--write spec` writes this page, and continuous
integration compares it with what is so (`--check spec`). Nothing on it binds anybody.
"""
NOTHING = """\
## Cases that kill nothing

No mutant fails these cases, and no odd server is warned by them. The sections `application` and
`replays` are left out: they demand what others demand too, and most mutants are killed by those.
"""
STAY = {
    "binary/pair-for-an-event-without-bytes-is-refused": (
        "metadata is an object, which none of these events takes anyway; a server that hands on "
        "what it can not read may still end"
    ),
    "security/reason-for-closing-tells-nothing-of-the-input": (
        "who closes there breaks a rule of another section, so that none is wrong in this alone"
    ),
    "session/frame-that-was-cut-off-has-no-effect": (
        "WebSocket libraries hand on no half of a frame; a server with a reader of its own may"
    ),
    "state/state-holds-every-attribute": ("a server without one is refused before the first case"),
    "state/set-can-not-break-the-object": (
        "these names break servers that are built otherwise; one of them does kill a mutant"
    ),
}
"""Why a family of cases stays of which some kill nothing."""


def page(results: Sequence[Result]) -> Iterator[str]:
    """The lines of the page."""
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
    yield "\n## Odd but legal\n"
    yield "| server | verdict |"
    yield "|---|---|"
    for result in results:
        if result.breaks is None:
            yield row(f"**{result.name}**: {about(result.name)}", result.verdict())
    yield f"\n{NOTHING}"
    yield from (f"- {line}" for line in listed(killing_nothing(results)))


def mutant_row(result: Result) -> str:
    """What the page says of one mutant."""
    broken = str(result.breaks)
    return row(
        f"**{result.name}**: {about(result.name)}",
        f"[`{broken}`]({requirements()[broken].page}#{broken})",
        plain(result.verdict()),
        named(result.own),
        plain(result.reason),
    )


def about(name: str) -> str:
    """The sentence that says how a testee lies, which is Markdown."""
    return (kinds()[name].__doc__ or "").partition("\n")[0].replace("|", "\\|")


def named(cases: Sequence[str]) -> str:
    """The first families of cases that killed a mutant, and how many more there are."""
    families = Counter(case.partition("[")[0] for case in cases)
    found = [plain(case) for case in families][:SHOWN]
    left = len(families) - len(found)
    return ", ".join(found) + (f" and {left} more" if left else "")


def listed(cases: Iterable[str]) -> Iterator[str]:
    """Cases, those of a family on one line, with the reason why they stay if there is one."""
    for name, family in groupby(cases, key=lambda case: case.partition("[")[0]):
        reason = f" ({STAY[name]})" if name in STAY else ""
        yield ", ".join(f"`{case}`" for case in family) + reason


def plain(text: str) -> str:
    """A text that Markdown shows as it is, in a table too."""
    return re.sub(r"([\\`*_\[\]|~#])", r"\\\1", escape(text, quote=False))


def row(*cells: str) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


def differences(folder: Path, results: Sequence[Result], *, whole: bool) -> Iterator[str]:
    """In what the page is not as these results have it, a sentence each.

    Args:
        folder: Where the page is.
        results: What is so now.
        whole: Whether the results are those of all testees, so that none may be missing.
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
    """What is the same in each run, by the name and the sentence of a testee.

    Of a mutant that is the requirement and the verdict, of a legal server the verdict. The cases
    that kill a mutant and the reason are not, where it lies now and then.
    """
    rows = (line[2:-2].split(" | ") for line in lines if line.startswith("| **"))
    return {cells[0]: cells[1:3] for cells in rows}
