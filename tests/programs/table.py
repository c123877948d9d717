"""The table of the programs on the page `docs/coming-from-pypi.md`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tests.programs.known import Difference
from tests.programs.transcript import Program

BEGIN, END = "<!-- programs -->\n", "<!-- /programs -->\n"
WORDS = ("same", "better", "decided")

TEXT = """\
[`tests/programs`](../tests/programs) has {all} programs, each for the releases in its first line.
Each has the same dialogue with its client here as there, and prints and raises the same, except for
the differences listed below. In no program is an attribute sent that the release does not send,
unless the release fails to send the document. The dialogues of 0.5.1 and 0.6.9 are recorded. 0.8.0
is not on PyPI: its dialogues are written by its documented interface.

| programs for | same | better | differs by decision |
|---|---|---|---|
{counts}

| better: the release has the [defect](defects.md) | | programs |
|---|---|---|
{better}

| differs by decision | programs |
|---|---|
{decided}

`python -m tools.programs` runs the programs in the releases, too. `python -m tools.programs --write
docs` writes these tables.
"""


def page(old: str, programs: Sequence[Program], known: Mapping[tuple[str, str], Difference]) -> str:
    """Return the page with the current tables between its two comments."""
    words = Counter(
        (release, known[program.name, release].word if (program.name, release) in known else "same")
        for program in programs
        for release in program.generations
    )
    releases = sorted({release for release, _ in words})
    text = TEXT.format(
        all=len(programs),
        counts=_rows([each, *(str(words[each, word]) for word in WORDS)] for each in releases),
        better=_rows(_grouped(known, "better")),
        decided=_rows(cells[1:] for cells in _grouped(known, "decided")),
    )
    return re.sub(f"(?s){BEGIN}.*{END}", lambda _: f"{BEGIN}{text}{END}", old)


def _grouped(known: Mapping[tuple[str, str], Difference], word: str) -> list[list[str]]:
    groups: dict[tuple[str, str], set[str]] = {}
    for (program, _), difference in known.items():
        if difference.word == word:
            groups.setdefault((difference.number, difference.reason), set()).add(program)
    return [
        [*group, ", ".join(f"`{name}`" for name in sorted(names))]
        for group, names in sorted(groups.items())
    ]


def _rows(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
