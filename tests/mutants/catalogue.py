"""All testees of this directory by name: the honest one, the mutants by section, the legal ones."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TypeVar

from tests.mutants import (
    actions,
    apart,
    binary,
    connection,
    events,
    events_lenient,
    following,
    legal,
    patch,
    patch_lenient,
    patch_operations,
    patch_sent,
    session,
    state,
    tasks,
    transport,
    writing,
)
from tests.mutants.honest import Honest
from tests.mutants.kinds import Legal, Mutant

SECTIONS: tuple[ModuleType, ...] = (
    connection,
    events,
    events_lenient,
    state,
    following,
    writing,
    patch_sent,
    patch,
    patch_operations,
    patch_lenient,
    actions,
    tasks,
    binary,
    session,
    transport,
    apart,
)


K = TypeVar("K")


def kinds_of(base: type[K], *modules: ModuleType) -> dict[str, type[K]]:
    """What these modules have of a kind, by name, in their order."""
    return {
        name: found
        for module in modules
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, base) and found is not base
    }


def mutants() -> dict[str, type[Mutant]]:
    """The mutants, in the order of the sections."""
    return kinds_of(Mutant, *SECTIONS)


def legals() -> dict[str, type[Legal]]:
    """The odd but legal testees."""
    return kinds_of(Legal, legal)


def sections() -> dict[str, list[str]]:
    """The names of the mutants under the title of their section."""
    found: dict[str, list[str]] = {}
    for name, mutant in mutants().items():
        title = (sys.modules[mutant.__module__].__doc__ or "").removeprefix("Mutants of ")
        found.setdefault(title.rstrip("."), []).append(name)
    return found


def kinds() -> dict[str, type[Honest]]:
    """All of them, the honest one first."""
    return {"Honest": Honest, **mutants(), **legals()}
