"""Where the members of a large array or object stand in its text, and which of them differ.

Two texts that orjson made are compared as bytes, which costs next to nothing beside making them.
What is the same at the beginning and at the end, up to a comma between members, are the same
members: text that begins and ends alike, and is JSON, is divided alike. In between, a member that
differs was changed, removed or inserted; what follows it tells which. Where that stays unclear, or
more than `MOST_EDITS` members differ, all that is left is one stretch.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from ws_sync._core.snapshot.member_access import Members

MOST_EDITS = 500
"""So many differing members are looked for one by one."""

_CHUNK = 1 << 14


class Unstable(Exception):  # raised and caught inside the core
    """A value gave another text when it was asked a second time."""


class Stretch(NamedTuple):
    """Members of the older text and what stands in their place in the newer one.

    Attributes:
        start: index of the first in the older.
        stop: index behind the last in the older.
        old: their texts in the older.
        place: index of the first in the newer.
        new: their texts in the newer.
        members: the members themselves in the newer.
    """

    start: int
    stop: int
    old: list[bytes]
    place: int
    new: list[bytes]
    members: list[Any]


class Layout:
    """How the text of an array or an object is divided into its members.

    Attributes:
        strides: bytes of each member's text, and of the comma or bracket behind it.
        inner: layouts of members that are large themselves, by their indices; not all.
    """

    __slots__ = ("inner", "strides")

    def __init__(self, strides: list[int]) -> None:
        self.strides = strides
        self.inner: dict[int, Layout] = {}

    def replace(self, stretches: list[Stretch], inner: dict[int, Layout]) -> None:
        """Follow the text: put in what is new, with the layouts of the new members."""
        kept = self.inner
        for stretch in reversed(stretches):
            start, stop = stretch.start, stretch.stop
            self.strides[start:stop] = [len(text) + 1 for text in stretch.new]
            if kept:
                moved = len(stretch.new) - (stop - start)
                kept = {
                    index if index < start else index + moved: layout
                    for index, layout in kept.items()
                    if not start <= index < stop
                }
        self.inner = kept | inner


def layout_of(old: bytes, new: bytes, members: Members, old_members: Any) -> Layout:
    """Work out the layout of a text, most of which is like a newer one whose members are at hand.

    Args:
        old: the text.
        new: the newer text.
        members: the members of the newer; they are read once.
        old_members: makes `Members` of a part of the older text.

    Raises:
        Unstable: the members don't make up the newer text.
    """
    strides = [len(text) + 1 for text in members.texts(members.take(0, len(members)))]
    stops = list(accumulate(strides))
    if not stops or stops[-1] != len(new) - 1:
        raise Unstable
    start = common_start(old, 0, new, 0, min(len(old), len(new)))
    end = common_end(old, new, min(len(old), len(new)) - start)
    front = bisect_right(stops, start - 1)
    tail = len(stops) - 1 - bisect_left(stops, len(new) - end)
    begin = stops[front - 1] + 1 if front else 1
    finish = len(old) - (len(new) - stops[len(stops) - tail - 1])
    middle = old_members(old[:1] + old[begin:finish] + old[-1:])
    between = [len(text) + 1 for text in middle.texts(middle.take(0, len(middle)))]
    return Layout(strides[:front] + between + strides[len(strides) - tail :])


def differing(old: bytes, new: bytes, layout: Layout, members: Members) -> list[Stretch]:
    """Return the members that differ, from left to right.

    Args:
        old: the older text.
        new: the newer text, an array like the older one or an object like it.
        layout: that of the older.
        members: those of the newer.

    Raises:
        Unstable: the members don't make up the newer text.
    """
    return list(_merged(_Search(old, new, layout, members).edits()))


class _Search:
    """Walks along both texts, from one differing member to the next."""

    def __init__(self, old: bytes, new: bytes, layout: Layout, members: Members) -> None:
        self.old, self.new = old, new
        self.source = self.members = members
        self.stops = stops = list(accumulate(layout.strides))
        shorter = min(len(old), len(new))
        start = common_start(old, 0, new, 0, shorter)
        end = common_end(old, new, shorter - start)
        tail = len(stops) - 1 - bisect_left(stops, len(old) - end)
        self.last_old = len(stops) - tail
        self.last_new = len(members) - tail
        self.limit = stops[self.last_old - 1] + 1  # in the older, behind the last to compare
        self.limit_new = len(new) - (len(old) - self.limit)
        self.at_old = self.at_new = 0  # indices of members
        self.in_old = self.in_new = 1  # where their texts begin

    def edits(self) -> Iterator[Stretch]:
        for _ in range(MOST_EDITS):
            self._skip_common()
            if self.at_old == self.last_old or self.at_new == self.last_new:
                break
            [member] = members = self.members.take(self.at_new, self.at_new + 1)
            [text] = self.members.texts(members)
            found = self._judge(text)
            if found is None:
                yield self._rest([member], [text])
                return
            removed, inserted = found
            yield self._stretch(removed, [text][:inserted], [member][:inserted])
            if not inserted:  # the member that was taken is the next one
                self.members = _Ahead(self.source, self.at_new, member)
        yield self._rest([], [])

    def _skip_common(self) -> None:
        room = min(self.limit - self.in_old, self.limit_new - self.in_new)
        common = common_start(self.old, self.in_old, self.new, self.in_new, room)
        at = bisect_right(self.stops, self.in_old + common - 1, self.at_old)
        if at > self.at_old:
            skipped = self.stops[at - 1] + 1 - self.in_old
            self.at_new += at - self.at_old
            self.at_old = at
            self.in_old += skipped
            self.in_new += skipped

    def _judge(self, text: bytes) -> tuple[int, int] | None:
        """Say how many members to replace by how many; None when that is not clear."""
        behind_old = self.stops[self.at_old] + 1
        behind_new = self.in_new + len(text) + 1
        this = self.old[self.in_old : behind_old]
        last_old, last_new = self.at_old + 1 == self.last_old, self.at_new + 1 == self.last_new
        following = b"" if last_old else self.old[behind_old : self.stops[self.at_old + 1] + 1]
        changed = last_old == last_new and self.new.startswith(following, behind_new)
        removed = not last_old and self.new.startswith(following, self.in_new)
        inserted = not last_new and self.new.startswith(this, behind_new)
        balance = (self.last_new - self.at_new) - (self.last_old - self.at_old)
        likely = [(changed, (1, 1)), (removed, (1, 0)), (inserted, (0, 1))]
        if balance:
            likely.insert(0, likely[1 if balance < 0 else 2])
        return next((edit for fits, edit in likely if fits), None)

    def _stretch(self, removed: int, texts: list[bytes], members: list[Any]) -> Stretch:
        """Step over members."""
        start, place = self.at_old, self.at_new
        old = []
        for index in range(start, start + removed):
            old.append(self.old[self.in_old : self.stops[index]])
            self.in_old = self.stops[index] + 1
        for text in texts:
            behind = self.in_new + len(text)
            if not self.new.startswith(text, self.in_new) or self.new[behind] not in b",]}":
                raise Unstable
            self.in_new = behind + 1
        self.at_old += removed
        self.at_new += len(texts)
        return Stretch(start, self.at_old, old, place, texts, members)

    def _rest(self, members: list[Any], texts: list[bytes]) -> Stretch:
        more = self.members.take(self.at_new + len(members), self.last_new)
        texts += map(_shrunk, self.members.texts(more))
        found = self._stretch(self.last_old - self.at_old, texts, members + more)
        if self.in_new != self.limit_new or self.in_old != self.limit:
            raise Unstable
        return found


class _Ahead:
    """Members of which one was taken and is wanted again."""

    def __init__(self, members: Members, index: int, member: object) -> None:
        self._members = members
        self._index = index
        self._member = member

    def __len__(self) -> int:
        return len(self._members)

    def take(self, start: int, stop: int) -> list[Any]:
        """See `Members`."""
        if start == self._index < stop:
            return [self._member, *self._members.take(start + 1, stop)]
        return self._members.take(start, stop)

    def texts(self, members: list[Any]) -> Iterator[bytes]:
        """See `Members`."""
        return self._members.texts(members)


def common_start(one: bytes, in_one: int, other: bytes, in_other: int, room: int) -> int:
    """Return how many bytes are the same from two places on, `room` at most."""
    at, step = 0, 64
    while at < room and step:
        step = min(step, room - at)
        if one[in_one + at : in_one + at + step] == other[in_other + at : in_other + at + step]:
            at += step
            step = min(4 * step, _CHUNK)
        else:
            return at + _first_difference(one, in_one + at, other, in_other + at, step)
    return at


def common_end(one: bytes, other: bytes, room: int) -> int:
    """Return how many bytes are the same at the end, `room` at most."""
    at = 0
    while at < room:
        step = min(_CHUNK, room - at)
        mine = one[len(one) - at - step : len(one) - at]
        theirs = other[len(other) - at - step : len(other) - at]
        if mine != theirs:
            return at + _first_difference(mine[::-1], 0, theirs[::-1], 0, step)
        at += step
    return at


def _first_difference(one: bytes, in_one: int, other: bytes, in_other: int, room: int) -> int:
    low, high = 0, room  # the same up to `low`, and not up to `high`
    while high - low > 1:
        middle = (low + high) // 2
        if one[in_one + low : in_one + middle] == other[in_other + low : in_other + middle]:
            low = middle
        else:
            high = middle
    return low


def _merged(edits: Iterator[Stretch]) -> Iterator[Stretch]:
    """Join stretches between which nothing stands, and leave out empty ones."""
    last = next(edits)
    for edit in edits:
        if last.stop == edit.start and last.place + len(last.new) == edit.place:
            last = Stretch(
                start=last.start,
                stop=edit.stop,
                old=last.old + edit.old,
                place=last.place,
                new=last.new + edit.new,
                members=last.members + edit.members,
            )
        else:
            yield last
            last = edit
    if last.old or last.new:
        yield last


def _shrunk(text: bytes) -> bytes:
    """Copy a text: orjson leaves a buffer of kilobytes around each one."""
    return bytes(memoryview(text))
