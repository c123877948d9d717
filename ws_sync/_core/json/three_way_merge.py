"""Three-way merge of JSON values: the common base, mine and theirs.

A place that only one side changed gets the value of that side. A place that both sides changed gets
the value of the preferred side. An edit is dropped if its place is gone: if it is inside a value
that they removed or replaced by a value of another type, or on an element that they removed too.

Objects are merged member by member. Arrays are merged by the hunks that each side changed. Where
hunks of both sides overlap, their elements are merged one by one. Elements that both sides inserted
at the same place are all kept, theirs first, if mine are preferred. Otherwise only theirs are kept,
because they may be mine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from ws_sync._core.hunk import Hunk
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.diff import common_ends, hunks, label
from ws_sync._core.json.equality import equal

_ABSENT: Any = object()
"""Marks a member that an object does not have."""


def merge(base: JSON, mine: JSON, theirs: JSON, *, prefer_mine: bool) -> JSON:
    """Return the merged value. It shares parts with the arguments.

    Args:
        base: the value before both edits.
        mine: the value that this side made of it.
        theirs: the value that the other side made of it.
        prefer_mine: whether a place that both sides changed gets my value.
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
        start, stop, my_hunks, their_hunks = _take_overlapping(*edits)
        merged += base[begin:start]
        my_part = _replacement(mine, my_hunks, start, stop)
        their_part = _replacement(theirs, their_hunks, start, stop)
        if not my_hunks:
            merged += their_part
        elif not their_hunks:
            merged += my_part
        else:
            merged += _merge_part(base[start:stop], my_part, their_part, prefer_mine=prefer_mine)
        begin = stop
    return merged + base[begin:]


def _merge_part(
    base: list[JSON], mine: list[JSON], theirs: list[JSON], *, prefer_mine: bool
) -> list[JSON]:
    """Merge a range that both sides changed: its elements, then those inserted after them."""
    length = len(base)
    if equal(mine, theirs) or min(len(mine), len(theirs)) < length:
        return theirs
    both = zip(base, mine, theirs, strict=False)
    merged = [merge(*each, prefer_mine=prefer_mine) for each in both]
    may_insert = prefer_mine or len(theirs) == length  # otherwise theirs may be mine
    return merged + theirs[length:] + (mine[length:] if may_insert else [])


def _hunks(old: list[JSON], new: list[JSON]) -> Iterator[Hunk]:
    """Return the ranges in which two arrays differ, from left to right."""
    start, end = common_ends(old, new)
    labels = [[label(each) for each in side[start : len(side) - end]] for side in (old, new)]
    for hunk in hunks(*labels):
        yield Hunk(*(start + index for index in hunk))


def _take_overlapping(
    mine: deque[Hunk], theirs: deque[Hunk]
) -> tuple[int, int, list[Hunk], list[Hunk]]:
    """Take the next hunks that overlap each other, from one side or from both.

    An insertion before a hunk does not overlap it. Two insertions at the same place do.
    """
    heads = [edits[0] for edits in (mine, theirs) if edits]
    start = stop = min(head.start for head in heads)
    inserts = any(head.start == head.stop == start for head in heads)
    taken: tuple[list[Hunk], list[Hunk]] = ([], [])
    for edits, side in zip((mine, theirs), taken, strict=True):
        while edits and edits[0].start == start and (not inserts or edits[0].stop == start):
            side.append(edits.popleft())
            stop = max(stop, side[-1].stop)
    grows = True
    while grows:
        grows = False
        for edits, side in zip((mine, theirs), taken, strict=True):
            while edits and edits[0].start < stop:
                side.append(edits.popleft())
                stop = max(stop, side[-1].stop)
                grows = True
    return start, stop, *taken


def _replacement(side: list[JSON], edits: list[Hunk], start: int, stop: int) -> list[JSON]:
    """Return the elements by which a side replaces `base[start:stop]`; none without an edit."""
    if not edits:
        return []
    first, last = edits[0], edits[-1]
    return side[first.new_start - (first.start - start) : last.new_stop + (stop - last.stop)]
