r"""The known differences between the releases and this library: `known.txt`.

    list    = { line "\n" }
    line    = "" | "#" comment | entry
    entry   = program spaces release spaces ( better | decided | open )
    better  = "better" spaces number spaces reason
    decided = "decided" spaces reason
    open    = "open" spaces reason

The release is `*` for all generations of the program. `better` has the number of a defect on
`docs/defects.md`, which the release has. For both `better` and `decided`, the file of the program
has the dialogue with this library. An entry without a difference fails the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.programs.transcript import Program

ENTRY = re.compile(
    r"(?P<program>\S+) +(?P<release>\*|\d\S*) +"
    r"(?:(?P<better>better) +(?P<number>[A-Z]-\d+)|(?P<word>decided|open)) +(?P<reason>\S.*)"
)


@dataclass(frozen=True)
class Difference:
    """A known difference: its word, the defect's number if it is `better`, and the reason."""

    word: str
    number: str
    reason: str


def parse(text: str, programs: Iterable[Program]) -> Mapping[tuple[str, str], Difference]:
    """Return the known differences by program and release.

    Raises:
        ValueError: a line is not an entry, or there is no such program or release, or it has two.
    """
    generations = {program.name: program.generations for program in programs}
    known: dict[tuple[str, str], Difference] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        entry = ENTRY.fullmatch(line)
        if entry is None:
            raise ValueError(f"known.txt:{number}: not an entry: {line!r}")
        name, release = entry["program"], entry["release"]
        releases = generations.get(name, ()) if release == "*" else (release,)
        if not releases or not {*releases} <= {*generations.get(name, ())}:
            raise ValueError(f"known.txt:{number}: no such program and release: {line!r}")
        for each in releases:
            if (name, each) in known:
                raise ValueError(f"known.txt:{number}: a second entry: {line!r}")
            word = entry["better"] or entry["word"]
            known[name, each] = Difference(word, entry["number"] or "", entry["reason"])
    return known
