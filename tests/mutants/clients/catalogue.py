"""All clients of this folder by name: the honest one, the mutants, the odd ones."""

from __future__ import annotations

from tests.mutants.clients import legal, wrong
from tests.mutants.clients.honest import Honest
from tests.mutants.clients.kinds import Legal, Mutant


def mutants() -> dict[str, type[Mutant]]:
    """The mutants, in their order."""
    return {
        name: found
        for name, found in vars(wrong).items()
        if isinstance(found, type) and issubclass(found, Mutant) and found is not Mutant
    }


def legals() -> dict[str, type[Legal]]:
    """The odd but legal clients."""
    return {
        name: found
        for name, found in vars(legal).items()
        if isinstance(found, type) and issubclass(found, Legal) and found is not Legal
    }


def kinds() -> dict[str, type[Honest]]:
    """All of them, the honest one first."""
    return {"Honest": Honest, **mutants(), **legals()}
