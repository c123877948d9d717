"""Equality of JSON values (RFC 6902, section 4.6).

Numbers are equal by value (`1` and `1.0`), and a number is never equal to a boolean, which
Python's `==` says it is.
"""

from __future__ import annotations

from ws_sync._core.json.codec import JSON
from ws_sync._core.tracked.containers import SyncedDict, SyncedList

_KINDS: dict[type, type] = {SyncedList: list, SyncedDict: dict}


def equal(one: JSON, other: JSON) -> bool:
    """Tell whether two JSON values are the same value."""
    if one is other:  # most of a document and of what a patch makes of it
        return True
    kind = _KINDS.get(type(one), type(one))
    if kind is not _KINDS.get(type(other), type(other)):
        return {kind, type(other)} == {int, float} and bool(one == other)
    if kind is dict:
        if one.keys() != other.keys():
            return False
        for name, member in one.items():  # noqa: SIM110  # a generator would cost twice the time
            if not equal(member, other[name]):
                return False
        return True
    if kind is list:
        if len(one) != len(other):
            return False
        for mine, theirs in zip(one, other, strict=True):  # noqa: SIM110  # as above
            if not equal(mine, theirs):
                return False
        return True
    return bool(one == other)
