"""Three versions of a JSON value made one: the common one, mine and theirs.

A place that one side changed has that side's value. Where both did, one of them is preferred, and
an edit whose place is gone is dropped: one inside a value that the others removed or replaced by
something of another kind, and one of elements that the others changed or removed too. Objects are
merged member by member, arrays between the elements that all three have, in their order. Elements
that both sides inserted at one place are kept, theirs first, when mine are preferred; else theirs
may be mine, and only they are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ws_sync.codec import JSON
from ws_sync.diff import label, stretches
from ws_sync.equality import equal

_ABSENT: Any = object()
"""Stands for a member that an object does not have."""


class _Part(NamedTuple):
    """What stands between two elements that all versions have."""

    base: list[JSON]
    mine: list[JSON]
    theirs: list[JSON]


def merge(base: JSON, mine: JSON, theirs: JSON, *, prefer_mine: bool) -> JSON:
    """Return what both sides made of a value; the result shares parts with its arguments.

    Args:
        base: the value that both began with.
        mine: what this side made of it.
        theirs: what the other side made of it.
        prefer_mine: whose value a place gets that both have changed.
    """
    if mine is base or _same(base, mine) or _same(mine, theirs):
        return theirs
    if _same(base, theirs):
        return mine
    if theirs is _ABSENT or (_inside(base, mine) and type(theirs) is not type(base)):
        return theirs  # the place of my edit is gone
    if type(mine) is type(theirs) is dict and type(base) is dict:
        return _merge_objects(base, mine, theirs, prefer_mine=prefer_mine)
    if type(mine) is type(theirs) is list and type(base) is list:
        return _merge_arrays(base, mine, theirs, prefer_mine=prefer_mine)
    return mine if prefer_mine else theirs


def _inside(base: JSON, mine: JSON) -> bool:
    return type(base) in (dict, list) and type(mine) is type(base)


def _same(left: JSON, right: JSON) -> bool:
    if left is _ABSENT or right is _ABSENT:
        return left is right
    return equal(left, right)


def _merge_objects(
    base: dict[str, JSON], mine: dict[str, JSON], theirs: dict[str, JSON], *, prefer_mine: bool
) -> dict[str, JSON]:
    merged: dict[str, JSON] = {}
    for name in dict.fromkeys([*theirs, *mine]):
        versions = (base.get(name, _ABSENT), mine.get(name, _ABSENT), theirs.get(name, _ABSENT))
        member = merge(*versions, prefer_mine=prefer_mine)
        if member is not _ABSENT:
            merged[name] = member
    return merged


def _merge_arrays(
    base: list[JSON], mine: list[JSON], theirs: list[JSON], *, prefer_mine: bool
) -> list[JSON]:
    merged: list[JSON] = []
    for part in _parts(base, mine, theirs):
        merged += _merge_part(part, prefer_mine=prefer_mine)
    return merged


def _merge_part(part: _Part, *, prefer_mine: bool) -> list[JSON]:
    base, mine, theirs = part
    if equal(base, mine) or equal(mine, theirs):
        return theirs
    if equal(base, theirs):
        return mine
    if len(base) == len(mine) == len(theirs):
        return [
            merge(*each, prefer_mine=prefer_mine) for each in zip(base, mine, theirs, strict=True)
        ]
    if not base:
        return theirs + mine if prefer_mine else theirs
    return theirs


def _parts(base: list[JSON], mine: list[JSON], theirs: list[JSON]) -> Iterator[_Part]:
    """Cut the versions at the elements that all of them have; the elements are parts as well."""
    to_mine, to_theirs = _common(base, mine), _common(base, theirs)
    begin = (0, 0, 0)
    for place in range(len(base)):
        if place in to_mine and place in to_theirs:
            end = (place, to_mine[place], to_theirs[place])
            yield _Part(*(v[b:e] for v, b, e in zip((base, mine, theirs), begin, end, strict=True)))
            begin = (end[0] + 1, end[1] + 1, end[2] + 1)
            yield _Part([base[end[0]]], [mine[end[1]]], [theirs[end[2]]])
    yield _Part(base[begin[0] :], mine[begin[1] :], theirs[begin[2] :])


def _common(old: list[JSON], new: list[JSON]) -> dict[int, int]:
    """Return the places in `new` of elements that stand in both, by their places in `old`."""
    found: dict[int, int] = {}
    places = (0, 0)
    labels = [[label(each) for each in array] for array in (old, new)]
    for (begin_old, end_old), (begin_new, end_new) in stretches(*labels):
        found |= zip(range(places[0], begin_old), range(places[1], begin_new), strict=True)
        places = (end_old, end_new)
    return found | dict(zip(range(places[0], len(old)), range(places[1], len(new)), strict=True))
