"""What a tracked container notes of its changes, so that whoever asks later learns what is new.

A journal has an end: who has not asked for so long that changes are forgotten is told that anything
may have changed.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, NamedTuple

MOST_ENTRIES = 256
"""So many changes a journal remembers at least; in a large container, an eighth of its size."""

MOST_SPANS = 256
"""Changes of a list in more places than these are told as: anything."""

MISSING = object()
"""Stands for a member that a dict does not have."""


class Edit(NamedTuple):
    """Elements of a list that were put in the place of others.

    Attributes:
        start: index of the first.
        removed: how many were taken out.
        added: how many were put in.
    """

    start: int
    removed: int
    added: int


class Span(NamedTuple):
    """What stands now in the place of what stood there before.

    Attributes:
        start: index of the first element before.
        stop: index behind the last before.
        place: index of the first element now.
        end: index behind the last now.
    """

    start: int
    stop: int
    place: int
    end: int


class Journal:
    """Names of a dict's members, and when each was last changed.

    Attributes:
        touched: when something in the container was last changed.
    """

    __slots__ = ("_changes", "_forgotten", "touched")

    def __init__(self) -> None:
        self.touched = 0
        self._forgotten = 0
        self._changes: dict[Any, int] = {}

    def note(self, name: Any, now: int, size: int) -> None:
        """Note that a member was changed."""
        self.touched = now
        self._changes.pop(name, None)
        self._changes[name] = now
        if len(self._changes) > max(MOST_ENTRIES, size // 8):
            self._forgotten = self._changes.pop(next(iter(self._changes)))

    def since(self, then: int) -> list[Any] | None:
        """Return the names of what was changed after a time; None for any."""
        if then < self._forgotten:
            return None
        names = []
        for name, when in reversed(self._changes.items()):
            if when <= then:
                break
            names.append(name)
        return names[::-1]


class ListJournal:
    """The changes of a list in their order.

    Attributes:
        touched: when something in the container was last changed.
    """

    __slots__ = ("_changes", "_forgotten", "touched")

    def __init__(self) -> None:
        self.touched = 0
        self._forgotten = 0
        self._changes: list[tuple[int, Edit]] = []

    def note(self, edit: Edit, now: int, size: int) -> None:
        """Note a change."""
        self.touched = now
        changes = self._changes
        if changes and edit.removed == edit.added and changes[-1][1] == edit:
            changes[-1] = now, edit  # the same place again
            return
        changes.append((now, edit))
        if len(changes) > 2 * max(MOST_ENTRIES, size // 8):
            self._forgotten = changes[len(changes) // 2 - 1][0]
            del changes[: len(changes) // 2]

    def since(self, then: int) -> list[Span] | None:
        """Return what was changed after a time, from left to right; None for anything."""
        if then < self._forgotten:
            return None
        first = len(self._changes)
        while first and self._changes[first - 1][0] > then:
            first -= 1
        spans: list[Span] = []
        for _, edit in self._changes[first:]:
            _add(spans, edit)
            if len(spans) > MOST_SPANS:
                return None
        return spans


def _add(spans: list[Span], edit: Edit) -> None:
    """Bring one more change into spans: it is joined with those that it touches."""
    start, stop = edit.start, edit.start + edit.removed
    first = bisect_left(spans, start, key=lambda span: span.end)
    last = first
    while last < len(spans) and spans[last].place <= stop:
        last += 1
    before = spans[first - 1].end - spans[first - 1].stop if first else 0
    behind = spans[last - 1].end - spans[last - 1].stop if last > first else before
    if last > first:
        start, stop = min(start, spans[first].place), max(stop, spans[last - 1].end)
    moved = edit.added - edit.removed
    if moved:
        spans[last:] = [
            span._replace(place=span.place + moved, end=span.end + moved) for span in spans[last:]
        ]
    spans[first:last] = [Span(start - before, stop - behind, start, stop + moved)]
