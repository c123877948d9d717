"""The testees of `tests/mutants/`, by the side that is under test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tests.mutants import catalogue as servers
from tests.mutants.clients import catalogue as clients

Side = Literal["server", "client"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The testees of one side; each mapping is by their names.

    Attributes:
        kinds: All classes: the honest one, the mutants, the legal ones.
        breaks: The requirement that each mutant breaks.
        hints: The hint that fits each mutant, or None if none does.
        warns: The SHOULDs that each legal testee does not meet.
        hint_with_kill: Whether only a case that gives the hint kills a mutant. Cases of clients are
            run up to their end; a server may be killed before the case that gives the hint.
    """

    kinds: Mapping[str, type[object]]
    breaks: Mapping[str, str]
    hints: Mapping[str, str | None]
    warns: Mapping[str, frozenset[str]]
    hint_with_kill: bool

    def sentence(self, name: str) -> str:
        """The first paragraph of a testee's docstring, on one line of a Markdown table."""
        paragraph = (self.kinds[name].__doc__ or "").partition("\n\n")[0]
        return " ".join(paragraph.split()).replace("|", "\\|")


@cache
def catalogue(side: Side) -> Catalogue:
    """Return the testees of a side."""
    module = servers if side == "server" else clients
    mutants, legals = module.mutants(), module.legals()
    return Catalogue(
        kinds=module.kinds(),
        breaks={name: mutant.breaks for name, mutant in mutants.items()},
        hints={name: mutant.hint for name, mutant in mutants.items()},
        warns={name: getattr(legal, "warns", frozenset()) for name, legal in legals.items()},
        hint_with_kill=side == "client",
    )
