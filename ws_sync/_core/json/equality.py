"""Equality of JSON values (RFC 6902, section 4.6).

Numbers are equal by value: `1` equals `1.0`. A number never equals a boolean, unlike in Python.
"""

from __future__ import annotations

from ws_sync._core.json.codec import JSON
from ws_sync._core.tracked.containers import SyncedDict, SyncedList

_KINDS: dict[type, type] = {SyncedList: list, SyncedDict: dict}


def equal(one: JSON, other: JSON) -> bool:
    """Return whether two JSON values are equal."""
    if one is other:  # most parts of a document and of its patched copy
        return True
    kind = _KINDS.get(type(one), type(one))
    if kind is not _KINDS.get(type(other), type(other)):
        return {kind, type(other)} == {int, float} and bool(one == other)
    if kind is dict:
        if one.keys() != other.keys():
            return False
        for name, member in one.items():  # noqa: SIM110  # a generator takes twice the time
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
