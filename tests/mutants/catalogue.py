"""All testees of this folder by name: the honest one, the mutants by section, the odd ones."""

from __future__ import annotations

from types import ModuleType

from tests.mutants import (
    actions,
    binary,
    connection,
    events,
    legal,
    patch,
    patch_sent,
    session,
    state,
    tasks,
    transport,
)
from tests.mutants.honest import Honest
from tests.mutants.kinds import Legal, Mutant

SECTIONS: tuple[ModuleType, ...] = (
    connection,
    events,
    state,
    patch_sent,
    patch,
    actions,
    tasks,
    binary,
    session,
    transport,
)


def mutants() -> dict[str, type[Mutant]]:
    """The mutants, in the order of the sections."""
    return {
        name: found
        for module in SECTIONS
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, Mutant) and found is not Mutant
    }


def legals() -> dict[str, type[Legal]]:
    """The odd but legal testees."""
    return {
        name: found
        for name, found in vars(legal).items()
        if isinstance(found, type) and issubclass(found, Legal) and found is not Legal
    }


def kinds() -> dict[str, type[Honest]]:
    """All of them, the honest one first."""
    return {"Honest": Honest, **mutants(), **legals()}
