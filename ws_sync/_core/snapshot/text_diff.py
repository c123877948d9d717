"""The operations that turn one JSON text into another, found where the two texts differ.

Large arrays and objects are divided into their members. Only members whose texts differ are
compared further. Small values are decoded and compared by `diff`. At every level, the operations
are never longer than the replacement of the whole value (patch-size).

The time is linear in the size of both texts, times the number of divided levels (at most 125, and
usually one). The exception is a range of n differing elements of an array: finding those that only
moved takes n log n.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from ws_sync._core.json.codec import MAX_VALUE_DEPTH, Default, dump_exactly, is_faithful, write_own
from ws_sync._core.json.diff import diff, hunks
from ws_sync._core.json.equality import equal
from ws_sync._core.json.pointer import escape
from ws_sync._core.snapshot.member_offsets import (
    NAME,
    ChangedMembers,
    MemberOffsets,
    find_changed,
    members_of,
    offsets_of,
)
from ws_sync.exceptions import NotJSON

SMALL = 1024
"""Texts of fewer bytes are not divided."""

MAX_CACHED_PATH = 200
"""Characters of the longest pointer whose JSON text is cached."""

DIVISIBLE = frozenset((b"[", b"{"))
_NUMERIC = frozenset(b"%d" % digit for digit in range(10)) | {b"-"}

Inner: TypeAlias = dict[int, MemberOffsets]
"""Offsets of the members that are large themselves, by index."""


class Unfaithful(Exception):  # raised and caught inside the core
    """orjson may have written a part of a value differently from the exact path."""


class TooLong(Exception):  # raised and caught inside the core
    """The operations are longer than a replacement."""


class Operations:
    """Operations as JSON texts, up to a limit in bytes.

    Attributes:
        texts: the texts.
        size: bytes of the texts, each with a comma after it.
    """

    __slots__ = ("_limit", "size", "texts")

    def __init__(self, limit: int) -> None:
        self.texts: list[bytes] = []
        self.size = 0
        self._limit = limit

    def add(self, text: bytes) -> None:
        """Append an operation.

        Raises:
            TooLong: it exceeds the limit.
        """
        self.size += len(text) + 1
        if self.size > self._limit:
            raise TooLong
        self.texts.append(text)

    def part(self, limit: int) -> Operations:
        """Return a list for operations that may be appended later, with its own limit."""
        return Operations(min(limit, self._limit - self.size))

    def extend(self, texts: Iterable[bytes]) -> None:
        """Append several operations; see `add`."""
        for text in texts:
            self.add(text)

    def append(self, part: Operations) -> None:
        """Append the operations of a `part`, which fit."""
        self.size += part.size
        self.texts += part.texts


def _path_text(path: str) -> bytes:
    # a peer chooses the names in a path, of any length: only short paths are cached
    return _cached_path_text(path) if len(path) <= MAX_CACHED_PATH else orjson.dumps(path)


@lru_cache(1024)
def _cached_path_text(path: str) -> bytes:
    return orjson.dumps(path)


def replace_prefix(path: str) -> bytes:
    """Return the text of a `replace` operation up to its value."""
    return b'{"op":"replace","path":%b,"value":' % _path_text(path)


def replace_operation(path: str, text: bytes) -> bytes:
    """Return the text of a `replace` operation."""
    return b"%b%b}" % (replace_prefix(path), text)


def replace_size(path: str, text: bytes) -> int:
    """Return the size of `replace_operation` with a comma after it."""
    return len(replace_prefix(path)) + len(text) + len(b"},")


def add_operation(path: str, text: bytes) -> bytes:
    """Return the text of an `add` operation."""
    return b'{"op":"add","path":%b,"value":%b}' % (_path_text(path), text)


def remove_operation(path: str) -> bytes:
    """Return the text of a `remove` operation."""
    return b'{"op":"remove","path":%b}' % orjson.dumps(path)


def check_faithful(text: bytes, value: object, default: Default | None, depth: int) -> None:
    """Check that orjson wrote a value as the exact path would.

    Args:
        text: the text from orjson.
        value: the value.
        default: as for `dump`.
        depth: number of arrays and objects around the value.

    Raises:
        Unfaithful: it may have written it differently.
    """
    limit = MAX_VALUE_DEPTH - depth
    if is_faithful(text, value, limit):
        return
    try:
        exact = dump_exactly(value, default).text
    except NotJSON:  # raised again for the whole value, with the path
        raise Unfaithful from None
    if exact != text or not is_faithful(text, orjson.loads(text), limit):
        raise Unfaithful
    # a tuple, or an object that `default` converted


def is_plain_scalar(text: bytes, value: object) -> bool:
    """Return whether orjson's text is that of a scalar and needs no further check."""
    return text[:1] not in DIVISIBLE and (text != b"null" or value is None)


def diff_scalar(old: bytes, new: bytes, prefix: bytes) -> list[bytes]:
    """Return the operation that replaces `old` by the scalar `new`; none for the same number.

    Args:
        old: the text that the peer holds, of any value.
        new: another text, of a scalar.
        prefix: see `replace_prefix`.
    """
    if (
        not (new.isdigit() and old.isdigit())
        and new[:1] in _NUMERIC
        and old[:1] in _NUMERIC
        and equal(orjson.loads(old), orjson.loads(new))
    ):
        return []
    return [b"%b%b}" % (prefix, new)]


@dataclass(slots=True)
class Pair:
    """Two versions of the value at one place.

    Attributes:
        old: the text that the peer holds.
        new: the text of the present value.
        value: the present value.
        path: JSON Pointer of the place.
        depth: number of arrays and objects around it.
    """

    old: bytes
    new: bytes
    value: object
    path: str
    depth: int = 0


class TextDiff:
    """Compares texts that orjson wrote."""

    def __init__(self, default: Default | None) -> None:
        self._default = default

    def compare(
        self, operations: Operations, pair: Pair, offsets: MemberOffsets | None = None
    ) -> MemberOffsets | None:
        """Append the operations that turn the old text into the new one.

        Args:
            operations: the list to append to.
            pair: the texts.
            offsets: those of the old text, if they are known; they become those of the new text.

        Returns:
            The offsets of the new text, if they were computed.

        Raises:
            TooLong: the operations exceed their limit.
            Unfaithful: see `check_faithful`.
            Unstable: the value was written differently the second time.
        """
        old, new = pair.old, pair.new
        if old == new:
            return offsets
        kind = new[:1]
        if kind != old[:1] or kind not in DIVISIBLE:
            if not is_plain_scalar(new, pair.value):
                self._check(new, pair.value, pair.depth)
            operations.extend(diff_scalar(old, new, replace_prefix(pair.path)))
            return None
        part = operations.part(replace_size(pair.path, new))
        try:
            if len(old) < SMALL or len(new) < SMALL:
                self._check(new, pair.value, pair.depth)
                part.extend(map(write_own, diff(orjson.loads(old), orjson.loads(new), pair.path)))
                offsets = None
            else:
                offsets = self._divide(part, pair, offsets)
            operations.append(part)
        except TooLong:
            self._check(new, pair.value, pair.depth)
            operations.add(replace_operation(pair.path, new))
            return None
        return offsets

    def _check(self, text: bytes, value: object, depth: int) -> None:
        check_faithful(text, value, self._default, depth)

    def _divide(
        self, operations: Operations, pair: Pair, offsets: MemberOffsets | None
    ) -> MemberOffsets:
        old, new = pair.old, pair.new
        if offsets is None:
            members = members_of(pair.value, new, self._default)
            offsets = offsets_of(old, new, members, lambda text: members_of(None, text, None))
        changes = find_changed(old, new, offsets, members_of(pair.value, new, self._default))
        inner: tuple[Inner, Inner] = offsets.inner, {}
        if new[:1] == b"{":
            self._compare_members(operations, changes, pair, inner)
        else:
            for change in changes:
                self.compare_elements(operations, change, pair.path, pair.depth + 1, inner)
        offsets.update(changes, inner[1])
        return offsets

    def compare_elements(
        self,
        operations: Operations,
        change: ChangedMembers,
        path: str,
        depth: int,
        inner: tuple[Inner, Inner],
    ) -> None:
        """Append the operations for changed elements of an array.

        Args:
            operations: the list to append to.
            change: the elements.
            path: JSON Pointer of the array.
            depth: number of arrays and objects around the elements.
            inner: the offsets of old elements, and the dict for those of new elements.

        Raises:
            TooLong: the operations exceed their limit.
            Unfaithful: see `check_faithful`.
        """
        old, new, members, place = change.old, change.new, change.members, change.new_start
        for start, stop, new_start, new_stop in hunks(old, new):
            both = min(stop - start, new_stop - new_start)
            for offset in range(both):
                at = new_start + offset
                pair = Pair(
                    old[start + offset], new[at], members[at], f"{path}/{place + at}", depth
                )
                self._compare_member(
                    operations, pair, inner, change.start + start + offset, place + at
                )
            for _ in range(start + both, stop):
                operations.add(remove_operation(f"{path}/{place + new_start + both}"))
            for at in range(new_start + both, new_stop):
                self._check(new[at], members[at], depth)
                operations.add(add_operation(f"{path}/{place + at}", new[at]))

    def _compare_members(
        self,
        operations: Operations,
        changes: list[ChangedMembers],
        parent: Pair,
        inner: tuple[Inner, Inner],
    ) -> None:
        """Append the operations for all changed members of an object, which have no order."""
        both = {text for each in changes for text in each.old}
        both &= {text for each in changes for text in each.new}
        old = _by_name([(each.start, each.old, each.old) for each in changes], both)
        new = _by_name([(each.new_start, each.new, each.members) for each in changes], both)
        depth = parent.depth + 1
        for name in old:
            if name not in new:
                operations.add(remove_operation(f"{parent.path}/{escape(name)}"))
        for name, (at, text, (_, value)) in new.items():
            path = f"{parent.path}/{escape(name)}"
            if name in old:
                old_at, old_text, _ = old[name]
                pair = Pair(old_text, text, value, path, depth)
                self._compare_member(operations, pair, inner, old_at, at)
            else:
                self._check(text, value, depth)
                operations.add(add_operation(path, text))

    def _compare_member(
        self, operations: Operations, pair: Pair, inner: tuple[Inner, Inner], old_at: int, at: int
    ) -> None:
        offsets = self.compare(operations, pair, inner[0].get(old_at))
        if offsets is not None:
            inner[1][at] = offsets


def _by_name(
    ranges: list[tuple[int, list[bytes], list[Any]]], unchanged: set[bytes]
) -> dict[str, tuple[int, bytes, Any]]:
    """Split the texts of an object's members into names and values.

    Args:
        ranges: of each range the index of the first member, the texts, and the members.
        unchanged: texts of members to leave out.

    Returns:
        By name: the index of the member, the text of its value, and the member.
    """
    found: dict[str, tuple[int, bytes, Any]] = {}
    for start, texts, members in ranges:
        for index, (text, member) in enumerate(zip(texts, members, strict=True), start):
            if text not in unchanged and (name := NAME.match(text)) is not None:
                found[orjson.loads(name[0])] = index, text[name.end() + 1 :], member
    return found
