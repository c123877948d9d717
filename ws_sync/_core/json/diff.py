"""Differences of JSON values, as JSON Patch (RFC 6902) of few and plain operations.

The operations are `add`, `remove` and `replace` only (patch-plain-operations). Their order depends
on the values alone. Objects are compared member by member. Arrays are compared between their common
start and their common end. There, the longest run of elements that kept its order stays in place;
the elements between these are changed, removed or inserted. So inserting, removing or changing one
element is one operation, and moving one element is two. Inside of several arrays of which this is
true, the elements between the common ends are compared one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

import orjson

from ws_sync._core.hunk import Hunk
from ws_sync._core.json.codec import JSON, write_own
from ws_sync._core.json.equality import Unequal, equal
from ws_sync._core.json.pointer import escape

Operation: TypeAlias = dict[str, JSON]

_CONTAINERS = frozenset({dict, list})

_MOST_LABELLED = 4
"""Nested arrays whose elements have labels; a label has the text of everything inside."""


def diff(old: JSON, new: JSON, path: str = "") -> list[Operation]:
    """Return the operations that turn `old` into `new`.

    Args:
        old: the value that the peer holds.
        new: the present value. The operations share its parts.
        path: JSON Pointer of the value.
    """
    difference = _Difference()
    difference.compare(old, new, path)
    return difference.found


class _Difference:
    """The operations found so far.

    Each container is compared a bounded number of times, however deep it is: pairs that differ are
    remembered, and the elements of arrays inside of many others have no labels.
    """

    def __init__(self) -> None:
        self.found: list[Operation] = []
        self._unequal: Unequal = set()
        self._labelled = 0  # arrays around the value whose elements have labels

    def compare(self, old: JSON, new: JSON, path: str) -> None:
        """Add the operations that turn `old` into `new`."""
        if type(old) is dict and type(new) is dict:
            self._compare_objects(old, new, path)
        elif type(old) is list and type(new) is list:
            self._compare_arrays(old, new, path)
        elif not equal(old, new):
            self.found.append({"op": "replace", "path": path, "value": new})

    def _compare_objects(self, old: dict[str, JSON], new: dict[str, JSON], path: str) -> None:
        self.found += [
            {"op": "remove", "path": f"{path}/{escape(name)}"} for name in old if name not in new
        ]
        for name, member in new.items():
            if name not in old:
                self.found.append({"op": "add", "path": f"{path}/{escape(name)}", "value": member})
                continue
            before, kind = old[name], type(member)
            # most members are unchanged scalars, which need no path
            if kind in _CONTAINERS or kind is not type(before) or before != member:
                self.compare(before, member, f"{path}/{escape(name)}")

    def _compare_arrays(self, old: list[JSON], new: list[JSON], path: str) -> None:
        start, end = common_ends(old, new, self._unequal)
        before, after = old[start : len(old) - end], new[start : len(new) - end]
        changed = iter([Hunk(0, len(before), 0, len(after))])
        is_labelled = len(before) > 1 and len(after) > 1 and self._labelled < _MOST_LABELLED
        if is_labelled:
            changed = hunks([label(each) for each in before], [label(each) for each in after])
        self._labelled += is_labelled
        for hunk in changed:
            removed = before[hunk.start : hunk.stop]
            added = after[hunk.new_start : hunk.new_stop]
            self._compare_elements(removed, added, path, start + hunk.new_start)
        self._labelled -= is_labelled

    def _compare_elements(self, old: list[JSON], new: list[JSON], path: str, position: int) -> None:
        both = min(len(old), len(new))
        for offset in range(both):
            self.compare(old[offset], new[offset], f"{path}/{position + offset}")
        self.found += [{"op": "remove", "path": f"{path}/{position + both}"} for _ in old[both:]]
        self.found += [
            {"op": "add", "path": f"{path}/{place}", "value": value}
            for place, value in enumerate(new[both:], position + both)
        ]


def common_ends(
    old: list[JSON], new: list[JSON], unequal: Unequal | None = None
) -> tuple[int, int]:
    """Return how many elements are equal at the start of two arrays, and after that at the end.

    Args:
        old: an array.
        new: an array.
        unequal: see `equal`.
    """
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and equal(old[start], new[start], unequal):
        start += 1
    end = 0
    while end < shorter - start and equal(old[-1 - end], new[-1 - end], unequal):
        end += 1
    return start, end


def hunks(old: list[bytes], new: list[bytes]) -> Iterator[Hunk]:
    """Return the ranges between the elements that both arrays have in the same order.

    Args:
        old: a label for each element; elements are the same if their labels are.
        new: the labels of the newer array.
    """
    kept: list[tuple[int, int]] = []
    if old and new and not (len(old) == len(new) and set(old).isdisjoint(new)):
        kept = _common_run(old, new)
    start = new_start = 0
    for stop, new_stop in [*kept, (len(old), len(new))]:
        if start < stop or new_start < new_stop:
            yield Hunk(start, stop, new_start, new_stop)
        start, new_start = stop + 1, new_stop + 1


def _common_run(old: list[bytes], new: list[bytes]) -> list[tuple[int, int]]:
    """Return the longest list of index pairs of equal elements that rises in both arrays."""
    places = {label: position for position, label in enumerate(_numbered(old))}
    pairs = [
        (places[label], position)
        for position, label in enumerate(_numbered(new))
        if label in places
    ]
    return rising(pairs)


def rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest list of pairs in which both numbers rise.

    Args:
        pairs: in the order of their second numbers. Of several longest lists, the one whose last
            pairs have the smallest first numbers is returned.
    """
    tails: list[int] = []  # by length of a rising run: its smallest last index
    ends: list[int] = []  # by length of a rising run: the number of its last pair
    previous: list[int] = []  # by number of a pair: the number of the pair before it in its run
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
    """Make equal labels distinct by the number of equal labels before each."""
    seen: Counter[bytes] = Counter()
    for label in labels:
        yield label, seen[label]
        seen[label] += 1


def label(element: JSON) -> bytes:
    """Return a text that is the same for the same members in any order."""
    try:
        return orjson.dumps(element, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits
        return write_own(element)
