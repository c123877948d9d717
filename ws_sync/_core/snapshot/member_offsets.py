"""The offsets of the members in the text of a large array or object; finding those that differ.

Comparing two texts from orjson byte by byte costs little compared with writing them. The same bytes
at the start and at the end of both texts are the same members, up to a comma between two members.
In between, a member that differs was changed, removed or inserted. The text after it shows which.
Where the text does not show it, or where more than `MAX_EDITS` members differ, all the rest
forms one range.

The members of an array are its elements. The members of an object are pairs of a name and a value.
They come from the value itself if it is a list, a tuple or a dict. Otherwise the value was
converted, and they are read from the text. They are taken from left to right.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, islice, repeat
from typing import Any, NamedTuple, Protocol

import orjson

from ws_sync._core.json.codec import JSON, OPTIONS, Default, compact

MAX_EDITS = 500
"""Differing members that are searched for one by one."""

NAME = re.compile(rb'"(?:[^"\\]|\\.)*"')
"""The name at the start of the text of an object's member."""

_CHUNK = 1 << 14


class Unstable(Exception):  # raised and caught inside the core
    """A value was written differently the second time."""


class Members(Protocol):
    """The members of an array or an object."""

    def __len__(self) -> int:
        """Return their number."""

    def take(self, start: int, stop: int) -> list[Any]:
        """Return members; `start` is never less than the last `stop`."""

    def texts(self, members: list[Any]) -> Iterator[bytes]:
        """Return the texts of members as in the text of the whole."""


class Elements:
    """The elements of an array."""

    def __init__(self, values: list[JSON] | tuple[JSON, ...], default: Default | None) -> None:
        self._values = values
        self._default = default

    def __len__(self) -> int:
        return len(self._values)

    def take(self, start: int, stop: int) -> list[JSON]:
        return list(self._values[start:stop])

    def texts(self, members: list[JSON]) -> Iterator[bytes]:
        return map(orjson.dumps, members, repeat(self._default), repeat(OPTIONS))


class Pairs:
    """The members of an object; each is a name and a value."""

    def __init__(self, values: dict[str, JSON], default: Default | None) -> None:
        self._size = len(values)
        self._rest = iter(values.items())
        self._taken = 0
        self._default = default

    def __len__(self) -> int:
        return self._size

    def take(self, start: int, stop: int) -> list[tuple[str, JSON]]:
        found = list(islice(self._rest, start - self._taken, stop - self._taken))
        self._taken = stop
        return found

    def texts(self, members: list[tuple[str, JSON]]) -> Iterator[bytes]:
        for name, value in members:
            yield b"%b:%b" % (
                orjson.dumps(name),
                orjson.dumps(value, self._default, OPTIONS),
            )


def members_of(value: object, text: bytes, default: Default | None) -> Members:
    """Return the members of an array or an object, of which orjson wrote `text`."""
    if text[:1] == b"[":
        elements = value if isinstance(value, list) or type(value) is tuple else orjson.loads(text)
        return Elements(elements, default)
    return Pairs(value if isinstance(value, dict) else orjson.loads(text), default)


class ChangedMembers(NamedTuple):
    """A range of members in the old text, and the members that replace it in the new text.

    Attributes:
        start: index of the first replaced member.
        stop: index after the last replaced member.
        old: texts of the replaced members.
        new_start: index of the first member of the replacement.
        new: texts of the replacement.
        members: the members of the replacement.
    """

    start: int
    stop: int
    old: list[bytes]
    new_start: int
    new: list[bytes]
    members: list[Any]


class MemberOffsets:
    """How the text of an array or an object is divided into its members.

    Attributes:
        strides: bytes of each member's text with the comma or bracket after it.
        names: the names of an object's members, once they were needed; None for an array.
        inner: offsets of some members that are large themselves, by index.
    """

    __slots__ = ("_known", "inner", "names", "strides")

    def __init__(self, strides: list[int]) -> None:
        self.strides = strides
        self.names: list[str] | None = None
        self.inner: dict[int, MemberOffsets] = {}
        self._known = 0, 0  # a member, and the bytes before it

    def before(self, member: int) -> int:
        """Return the bytes of the members before one, each with what follows it."""
        known, size = self._known
        size += sum(self.strides[known:member]) - sum(self.strides[member:known])
        self._known = member, size
        return size

    def grow(self, member: int, size: int) -> None:
        """Follow a change inside of a member, by which it has become larger."""
        self.strides[member] += size
        self._known = 0, 0

    def update(self, changes: list[ChangedMembers], inner: dict[int, MemberOffsets]) -> None:
        """Follow changes of the text.

        Args:
            changes: the changes, from left to right.
            inner: offsets of new members, by index.
        """
        unchanged = self.inner
        if changes and changes[0].start < self._known[0]:
            self._known = 0, 0
        for change in reversed(changes):
            start, stop = change.start, change.stop
            self.strides[start:stop] = [len(text) + 1 for text in change.new]
            if self.names is not None:
                self.names[start:stop] = map(name_in, change.new)
            if unchanged:
                shift = len(change.new) - (stop - start)
                unchanged = {
                    index if index < start else index + shift: offsets
                    for index, offsets in unchanged.items()
                    if not start <= index < stop
                }
        self.inner = unchanged | inner


def offsets_of(
    old: bytes, new: bytes, members: Members, members_in: Callable[[bytes], Members]
) -> MemberOffsets:
    """Compute the offsets of a text from those of a similar, newer text.

    Args:
        old: the text.
        new: the newer text.
        members: the members of the newer text; they are read once.
        members_in: returns the members of a part of the old text.

    Raises:
        Unstable: the members do not make up the newer text.
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
    middle = members_in(old[:1] + old[begin:finish] + old[-1:])
    between = [len(text) + 1 for text in middle.texts(middle.take(0, len(middle)))]
    return MemberOffsets(strides[:front] + between + strides[len(strides) - tail :])


def name_in(member: bytes) -> str:
    """Return the name in the text of a member of an object."""
    found = NAME.match(member)
    assert found is not None  # orjson wrote it
    name: str = orjson.loads(found[0])
    return name


def find_changed(
    old: bytes, new: bytes, offsets: MemberOffsets, members: Members
) -> list[ChangedMembers]:
    """Return the members that differ, from left to right.

    Args:
        old: the old text.
        new: the new text, also of an array or also of an object.
        offsets: those of the old text.
        members: those of the new text.

    Raises:
        Unstable: the members do not make up the new text.
    """
    return list(_joined(_Search(old, new, offsets, members).edits()))


class _Search:
    """Goes through both texts, from one differing member to the next."""

    def __init__(self, old: bytes, new: bytes, offsets: MemberOffsets, members: Members) -> None:
        self.old, self.new = old, new
        self.members = members
        self.put_back: tuple[int, list[Any]] = -1, []  # a member, and its index
        self.stops = stops = list(accumulate(offsets.strides))
        shorter = min(len(old), len(new))
        start = common_start(old, 0, new, 0, shorter)
        end = common_end(old, new, shorter - start)
        tail = len(stops) - 1 - bisect_left(stops, len(old) - end)
        self.last_old = len(stops) - tail
        self.last_new = len(members) - tail
        self.limit = (
            stops[self.last_old - 1] + 1
        )  # in the old text, after the last member to compare
        self.limit_new = len(new) - (len(old) - self.limit)
        self.at_old = self.at_new = 0  # indices of members
        self.in_old = self.in_new = 1  # where their texts begin

    def edits(self) -> Iterator[ChangedMembers]:
        for _ in range(MAX_EDITS):
            self._skip_common()
            if self.at_old == self.last_old or self.at_new == self.last_new:
                break
            members = self._take(self.at_new, self.at_new + 1)
            texts = list(self.members.texts(members))
            found = self._classify(texts[0])
            if found is None:
                yield self._rest(members, texts)
                return
            removed, inserted = found
            yield self._step(removed, texts[:inserted], members[:inserted])
            if not inserted:
                self.put_back = self.at_new, members
        yield self._rest([], [])

    def _take(self, start: int, stop: int) -> list[Any]:
        at, member = self.put_back
        if start == at:
            return member + self.members.take(start + 1, stop)
        return self.members.take(start, stop)

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

    def _classify(self, text: bytes) -> tuple[int, int] | None:
        """Return how many members are replaced by how many; None if that is not clear."""
        after_old = self.stops[self.at_old] + 1
        after_new = self.in_new + len(text) + 1
        this = self.old[self.in_old : after_old]
        last_old, last_new = self.at_old + 1 == self.last_old, self.at_new + 1 == self.last_new
        following = b"" if last_old else self.old[after_old : self.stops[self.at_old + 1] + 1]
        changed = last_old == last_new and self.new.startswith(following, after_new)
        removed = not last_old and self.new.startswith(following, self.in_new)
        inserted = not last_new and self.new.startswith(this, after_new)
        balance = (self.last_new - self.at_new) - (self.last_old - self.at_old)
        likely = [(changed, (1, 1)), (removed, (1, 0)), (inserted, (0, 1))]
        if balance:
            likely.insert(0, likely[1 if balance < 0 else 2])
        return next((edit for fits, edit in likely if fits), None)

    def _step(self, removed: int, texts: list[bytes], members: list[Any]) -> ChangedMembers:
        """Go past members that were replaced."""
        start, place = self.at_old, self.at_new
        old = []
        for index in range(start, start + removed):
            old.append(self.old[self.in_old : self.stops[index]])
            self.in_old = self.stops[index] + 1
        for text in texts:
            after = self.in_new + len(text)
            if not self.new.startswith(text, self.in_new) or self.new[after] not in b",]}":
                raise Unstable
            self.in_new = after + 1
        self.at_old += removed
        self.at_new += len(texts)
        return ChangedMembers(start, self.at_old, old, place, texts, members)

    def _rest(self, members: list[Any], texts: list[bytes]) -> ChangedMembers:
        more = self._take(self.at_new + len(members), self.last_new)
        texts += map(compact, self.members.texts(more))
        found = self._step(self.last_old - self.at_old, texts, members + more)
        if self.in_new != self.limit_new or self.in_old != self.limit:
            raise Unstable
        return found


def common_start(one: bytes, in_one: int, other: bytes, in_other: int, room: int) -> int:
    """Return how many bytes are the same from two offsets on, at most `room`."""
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
    """Return how many bytes are the same at the end, at most `room`."""
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
    low, high = 0, room  # the same up to `low`, but not up to `high`
    while high - low > 1:
        middle = (low + high) // 2
        if one[in_one + low : in_one + middle] == other[in_other + low : in_other + middle]:
            low = middle
        else:
            high = middle
    return low


def _joined(edits: Iterator[ChangedMembers]) -> Iterator[ChangedMembers]:
    """Join adjacent ranges, and leave out an empty one."""
    last = next(edits)
    for edit in edits:
        if last.stop == edit.start and last.new_start + len(last.new) == edit.new_start:
            last = ChangedMembers(
                start=last.start,
                stop=edit.stop,
                old=last.old + edit.old,
                new_start=last.new_start,
                new=last.new + edit.new,
                members=last.members + edit.members,
            )
        else:
            yield last
            last = edit
    if last.old or last.new:
        yield last
