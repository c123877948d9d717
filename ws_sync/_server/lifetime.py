"""References that keep an object alive, or do not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakMethod, ref

_KEPT = "_ws_sync_kept"
"""The attribute with what an object keeps."""


class Kept(list[Any]):
    """What an object keeps because nothing else does; a pickle of the object has it empty."""

    def __reduce__(self) -> tuple[type[Kept], tuple[()]]:
        return Kept, ()


def keep(owner: object, kept: object, until: object) -> None:
    """Let `owner` keep another object alive; without effect if it has no `__dict__`.

    Args:
        owner: the object that keeps it.
        kept: the object, which refers to `until` only weakly.
        until: when this object is gone, `kept` is kept no longer.
    """
    members = getattr(owner, "__dict__", None)
    if isinstance(owner, type):
        members = vars(owner)
        if _KEPT not in members:
            setattr(owner, _KEPT, Kept())
    elif isinstance(members, dict):
        members.setdefault(_KEPT, Kept())
    else:
        return
    all_kept: Kept = members[_KEPT]
    all_kept.append((kept, ref(until, partial(_forget, ref(all_kept)))))


def _forget(all_kept: ref[Kept], gone: ref[object]) -> None:
    if (entries := all_kept()) is not None:
        entries[:] = [entry for entry in entries if entry[1] is not gone]


def weakly(method: Callable[[], None]) -> Callable[[], None]:
    """Return a function that calls a bound method while its object lives."""
    reference = WeakMethod(method)

    def call() -> None:
        if (alive := reference()) is not None:
            alive()

    return call
