"""Equality of JSON values (RFC 6902, section 4.6).

Numbers are equal by value: `1` equals `1.0`. A number never equals a boolean, unlike in Python.
"""

from __future__ import annotations

from typing import TypeAlias

from ws_sync._core.json.codec import JSON
from ws_sync._core.tracked.containers import SyncedDict, SyncedList

_KINDS: dict[type, type] = {SyncedList: list, SyncedDict: dict}


Unequal: TypeAlias = set[tuple[int, int]]
"""The ids of containers that are known to differ, while both exist."""


def equal(one: JSON, other: JSON, unequal: Unequal | None = None) -> bool:
    """Return whether two JSON values are equal.

    Args:
        one: a value.
        other: a value.
        unequal: remembers pairs of containers that differ, so that a comparison of their parts
            costs nothing more.
    """
    if one is other:  # most parts of a document and of its patched copy
        return True
    kind = _KINDS.get(type(one), type(one))
    if kind is not _KINDS.get(type(other), type(other)):
        return {kind, type(other)} == {int, float} and bool(one == other)
    if kind is not dict and kind is not list:
        return bool(one == other)
    if unequal is None:
        return _equal_parts(one, other, kind, None)
    pair = id(one), id(other)
    if pair in unequal:
        return False
    if _equal_parts(one, other, kind, unequal):
        return True
    unequal.add(pair)
    return False


def _equal_parts(one: JSON, other: JSON, kind: type, unequal: Unequal | None) -> bool:
    if kind is dict:
        if one.keys() != other.keys():
            return False
        for name, member in one.items():  # noqa: SIM110  # a generator takes twice the time
            if not equal(member, other[name], unequal):
                return False
        return True
    if len(one) != len(other):
        return False
    for mine, theirs in zip(one, other, strict=True):  # noqa: SIM110  # as above
        if not equal(mine, theirs, unequal):
            return False
    return True
