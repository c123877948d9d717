"""Change logs: what changed in a tracked container since a given time.

A log has a limited size. If changes since the given time were dropped, the answer is None: anything
may have changed.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, NamedTuple

from ws_sync._core.hunk import Hunk

MIN_ENTRIES = 256
"""Changes that a log keeps in any case. In a large container it keeps an eighth of its size."""

MAX_HUNKS = 256
"""Changed ranges of a list above which anything may have changed."""

MISSING = object()
"""Marks a member that a dict does not have."""


class Edit(NamedTuple):
    """A replacement of elements of a list.

    Attributes:
        start: index of the first element.
        removed: number of removed elements.
        added: number of inserted elements.
    """

    start: int
    removed: int
    added: int


class ChangeLog:
    """The changes of a container in their order.

    Attributes:
        last_change: when something in the container last changed.
    """

    __slots__ = ("_dropped", "_entries", "last_change")

    def __init__(self, entries: Any) -> None:
        self.last_change = 0
        self._entries = entries
        self._dropped = 0  # the time of the newest dropped change


class DictChangeLog(ChangeLog):
    """The names of changed members, each with the time of its last change."""

    __slots__ = ()

    _entries: dict[Any, int]

    def record(self, name: Any, now: int, size: int) -> None:
        """Record a change of a member in a dict of `size` members."""
        self.last_change = now
        entries = self._entries
        entries.pop(name, None)
        entries[name] = now
        if len(entries) > MIN_ENTRIES and len(entries) > size // 8:
            self._dropped = entries.pop(next(iter(entries)))

    def since(self, then: int) -> list[Any] | None:
        """Return the names of members that changed after a time; None if any may have."""
        if then < self._dropped:
            return None
        names = []
        for name, when in reversed(self._entries.items()):
            if when <= then:
                break
            names.append(name)
        return names[::-1]


class ListChangeLog(ChangeLog):
    """The edits of a list, each with its time."""

    __slots__ = ()

    _entries: list[tuple[int, Edit]]

    def record(self, edit: Edit, now: int, size: int) -> None:
        """Record an edit of a list that now has `size` elements."""
        self.last_change = now
        entries = self._entries
        if entries and edit.removed == edit.added and entries[-1][1] == edit:
            entries[-1] = now, edit  # the same elements again
            return
        entries.append((now, edit))
        half = len(entries) // 2
        if half > MIN_ENTRIES and half > size // 8:
            self._dropped = entries[half - 1][0]
            del entries[:half]

    def since(self, then: int) -> list[Hunk] | None:
        """Return the ranges that changed after a time, from left to right; None if any may have."""
        if then < self._dropped:
            return None
        first = len(self._entries)
        while first and self._entries[first - 1][0] > then:
            first -= 1
        hunks: list[Hunk] = []
        for _, edit in self._entries[first:]:
            _add(hunks, edit)
            if len(hunks) > MAX_HUNKS:
                return None
        return hunks


def _add(hunks: list[Hunk], edit: Edit) -> None:
    """Add an edit to hunks. It is joined with the hunks that it touches."""
    start, stop = edit.start, edit.start + edit.removed
    if not hunks:
        hunks.append(Hunk(start, stop, start, start + edit.added))
        return
    first = bisect_left(hunks, start, key=lambda hunk: hunk.new_stop)
    last = first
    while last < len(hunks) and hunks[last].new_start <= stop:
        last += 1
    before = hunks[first - 1].new_stop - hunks[first - 1].stop if first else 0
    after = hunks[last - 1].new_stop - hunks[last - 1].stop if last > first else before
    if last > first:
        start, stop = min(start, hunks[first].new_start), max(stop, hunks[last - 1].new_stop)
    shift = edit.added - edit.removed
    if shift:
        hunks[last:] = [
            Hunk(hunk.start, hunk.stop, hunk.new_start + shift, hunk.new_stop + shift)
            for hunk in hunks[last:]
        ]
    hunks[first:last] = [Hunk(start - before, stop - after, start, stop + shift)]
