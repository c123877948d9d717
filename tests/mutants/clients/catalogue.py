"""All clients of this directory by name: the honest one, the mutants, the legal ones."""

from __future__ import annotations

from tests.mutants.catalogue import kinds_of
from tests.mutants.clients import legal, wrong
from tests.mutants.clients.honest import Honest
from tests.mutants.clients.kinds import Legal, Mutant


def mutants() -> dict[str, type[Mutant]]:
    """The mutants, in their order."""
    return kinds_of(Mutant, wrong)


def legals() -> dict[str, type[Legal]]:
    """The odd but legal clients."""
    return kinds_of(Legal, legal)


def kinds() -> dict[str, type[Honest]]:
    """All of them, the honest one first."""
    return {"Honest": Honest, **mutants(), **legals()}
