"""References that keep an object alive, or do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

_KEPT = "_ws_sync_kept"
"""The attribute with what an object keeps."""


class Kept(list[Any]):
    """What an object keeps because nothing else does; a pickle of the object has it empty."""

    def __reduce__(self) -> tuple[type[Kept], tuple[()]]:
        return Kept, ()


def keep(owner: object, kept: object) -> None:
    """Let `owner` keep another object alive; without effect if it has no `__dict__`."""
    members = getattr(owner, "__dict__", None)
    if isinstance(owner, type):
        setattr(owner, _KEPT, Kept([*vars(owner).get(_KEPT, ()), kept]))
    elif isinstance(members, dict):
        members.setdefault(_KEPT, Kept()).append(kept)


def weakly(method: Callable[[], None]) -> Callable[[], None]:
    """Return a function that calls a bound method while its object lives."""
    reference = WeakMethod(method)

    def call() -> None:
        if (alive := reference()) is not None:
            alive()

    return call
