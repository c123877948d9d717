"""Differences of JSON values, as JSON Patch (RFC 6902) of few and plain operations.

Only `add`, `remove` and `replace` (patch-plain-operations), in an order that depends on the values
alone. Objects are compared member by member. Arrays are cut down to the stretch between their
common beginning and end; in it, elements that only moved past others are found as the longest
run that keeps its order, and what stands between those is changed in place, removed or inserted.
So inserting, removing or changing one element is one operation, and moving one is two.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

import orjson

from ws_sync._core.json.codec import JSON, write_own
from ws_sync._core.json.equality import equal
from ws_sync._core.json.pointer import escape

Operation: TypeAlias = dict[str, JSON]
Range: TypeAlias = tuple[int, int]


def diff(old: JSON, new: JSON, path: str = "") -> list[Operation]:
    """Return the operations that make `new` of `old`.

    Args:
        old: the value as the peer holds it.
        new: the value as it shall be. The operations share its parts.
        path: pointer of the value.
    """
    return list(_diff(old, new, path))


def _diff(old: JSON, new: JSON, path: str) -> Iterator[Operation]:
    if type(old) is dict and type(new) is dict:
        yield from _diff_objects(old, new, path)
    elif type(old) is list and type(new) is list:
        yield from _diff_arrays(old, new, path)
    elif not equal(old, new):
        yield {"op": "replace", "path": path, "value": new}


def _diff_objects(old: dict[str, JSON], new: dict[str, JSON], path: str) -> Iterator[Operation]:
    for name in old:
        if name not in new:
            yield {"op": "remove", "path": f"{path}/{escape(name)}"}
    for name, member in new.items():
        if name in old:
            yield from _diff(old[name], member, f"{path}/{escape(name)}")
        else:
            yield {"op": "add", "path": f"{path}/{escape(name)}", "value": member}


def _diff_arrays(old: list[JSON], new: list[JSON], path: str) -> Iterator[Operation]:
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and equal(old[start], new[start]):
        start += 1
    end = 0
    while end < shorter - start and equal(old[-1 - end], new[-1 - end]):
        end += 1
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if len(before) > 1 and len(after) > 1:
        ranges = stretches([label(each) for each in before], [label(each) for each in after])
    else:
        ranges = iter([((0, len(before)), (0, len(after)))])
    for (begin, stop), (first, last) in ranges:
        yield from _diff_stretch(before[begin:stop], after[first:last], path, start + first)


def _diff_stretch(
    old: list[JSON], new: list[JSON], path: str, position: int
) -> Iterator[Operation]:
    both = min(len(old), len(new))
    for offset in range(both):
        yield from _diff(old[offset], new[offset], f"{path}/{position + offset}")
    for _ in range(both, len(old)):
        yield {"op": "remove", "path": f"{path}/{position + both}"}
    for offset in range(both, len(new)):
        yield {"op": "add", "path": f"{path}/{position + offset}", "value": new[offset]}


def stretches(old: list[bytes], new: list[bytes]) -> Iterator[tuple[Range, Range]]:
    """Split two arrays at the elements that both have in the same order.

    Args:
        old: a text for each element; elements are the same when their texts are.
        new: the same.

    Returns:
        Pairs of ranges of indices, what stands between such elements in the one and in the other;
        from left to right.
    """
    if len(old) == len(new) and not set(old) & set(new):
        yield (0, len(old)), (0, len(new))
        return
    begin_old = begin_new = 0
    for at_old, at_new in _common_run(old, new) if old and new else []:
        if at_old > begin_old or at_new > begin_new:
            yield (begin_old, at_old), (begin_new, at_new)
        begin_old, begin_new = at_old + 1, at_new + 1
    yield (begin_old, len(old)), (begin_new, len(new))


def _common_run(old: list[bytes], new: list[bytes]) -> list[tuple[int, int]]:
    """Return pairs of positions of equal elements, rising in both arrays, as many as possible."""
    places = {label: position for position, label in enumerate(_numbered(old))}
    pairs = [
        (places[label], position)
        for position, label in enumerate(_numbered(new))
        if label in places
    ]
    tails: list[int] = []  # of the rising runs of each length, the smallest last position
    ends: list[int] = []  # the pair with which that run ends
    previous: list[int] = []  # the pair before each pair
    for number, (place, _) in enumerate(pairs):
        length = bisect_left(tails, place)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [number]
    run = []
    number = ends[-1] if ends else -1
    while number >= 0:
        run.append(pairs[number])
        number = previous[number]
    return run[::-1]


def _numbered(labels: list[bytes]) -> Iterator[tuple[bytes, int]]:
    """Tell the same labels apart by how many of them stand before each."""
    seen: Counter[bytes] = Counter()
    for label in labels:
        yield label, seen[label]
        seen[label] += 1


def label(element: JSON) -> bytes:
    """Write an element so that the order of members makes no difference."""
    try:
        return orjson.dumps(element, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits
        return write_own(element)
