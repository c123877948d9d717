"""Three versions of a JSON value made one: the common one, mine and theirs.

A place that one side changed has that side's value. Where both did, one of them is preferred, and
an edit whose place is gone is dropped: one inside a value that the others removed or replaced by
something of another kind, and one of elements that the others removed too. Objects are merged
member by member, arrays by the stretches that a side has changed: those of one side are as that
side has them, and where stretches of both overlap, their elements are merged one by one. Elements
that both sides inserted at one place are kept, theirs first, when mine are preferred; else theirs
may be mine, and only they are kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from ws_sync._core.json.codec import JSON
from ws_sync._core.json.diff import label, stretches
from ws_sync._core.json.equality import equal

_ABSENT: Any = object()
"""Stands for a member that an object does not have."""


class _Hunk(NamedTuple):
    """A stretch of an array, and what stands in its place in another."""

    begin: int
    stop: int
    new_begin: int
    new_stop: int


class _Part(NamedTuple):
    """A stretch that both sides have changed."""

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
    edits = deque(_hunks(base, mine)), deque(_hunks(base, theirs))
    merged: list[JSON] = []
    begin = 0
    while any(edits):
        start, stop, of_mine, of_theirs = _cluster(*edits)
        merged += base[begin:start]
        part = _Part(
            base[start:stop],
            _within(mine, of_mine, start, stop),
            _within(theirs, of_theirs, start, stop),
        )
        if not of_mine:
            merged += part.theirs
        elif not of_theirs:
            merged += part.mine
        else:
            merged += _merge_part(part, prefer_mine=prefer_mine)
        begin = stop
    return merged + base[begin:]


def _merge_part(part: _Part, *, prefer_mine: bool) -> list[JSON]:
    """Merge what stands in the place of each element, then what was inserted behind them."""
    base, mine, theirs = part
    length = len(base)
    if equal(mine, theirs) or min(len(mine), len(theirs)) < length:
        return theirs
    both = zip(base, mine, theirs, strict=False)
    merged = [merge(*each, prefer_mine=prefer_mine) for each in both]
    may_insert = prefer_mine or len(theirs) == length  # else theirs may be mine
    return merged + theirs[length:] + (mine[length:] if may_insert else [])


def _hunks(old: list[JSON], new: list[JSON]) -> Iterator[_Hunk]:
    """Return where two arrays differ, from left to right."""
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and equal(old[start], new[start]):
        start += 1
    end = 0
    while end < shorter - start and equal(old[-1 - end], new[-1 - end]):
        end += 1
    between = old[start : len(old) - end], new[start : len(new) - end]
    labels = [[label(each) for each in array] for array in between]
    for (begin, stop), (new_begin, new_stop) in stretches(*labels):
        if begin < stop or new_begin < new_stop:
            yield _Hunk(start + begin, start + stop, start + new_begin, start + new_stop)


def _cluster(mine: deque[_Hunk], theirs: deque[_Hunk]) -> tuple[int, int, list[_Hunk], list[_Hunk]]:
    """Take the next hunks that overlap each other, of one side or of both.

    What is inserted in front of a stretch does not overlap it; two insertions at one place do.
    """
    heads = [edits[0] for edits in (mine, theirs) if edits]
    start = stop = min(head.begin for head in heads)
    inserts = any(head.begin == head.stop == start for head in heads)
    taken: tuple[list[_Hunk], list[_Hunk]] = ([], [])
    for edits, list_ in zip((mine, theirs), taken, strict=True):
        while edits and edits[0].begin == start and (not inserts or edits[0].stop == start):
            list_.append(edits.popleft())
            stop = max(stop, list_[-1].stop)
    grows = True
    while grows:
        grows = False
        for edits, list_ in zip((mine, theirs), taken, strict=True):
            while edits and edits[0].begin < stop:
                list_.append(edits.popleft())
                stop = max(stop, list_[-1].stop)
                grows = True
    return start, stop, *taken


def _within(side: list[JSON], hunks: list[_Hunk], start: int, stop: int) -> list[JSON]:
    """Return what a side has in the place of base[start:stop]; nothing where it changed nothing."""
    if not hunks:
        return []
    first, last = hunks[0], hunks[-1]
    return side[first.new_begin - (first.begin - start) : last.new_stop + (stop - last.stop)]
