"""The operations that make one JSON text of another, worked out where the two texts differ.

Large arrays and objects are divided into their members, and only members whose texts differ are
looked into; what is small or left over is decoded and compared by `diff`. A change is never written
in more bytes than replacing the value that it is in, at every level that is divided.

The time is linear in both texts, times the levels that are divided (125 at most, and usually one),
but for an array's stretch of n differing members, in which those that only moved are found in
n log n.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from ws_sync._core.json.codec import MAX_VALUE_DEPTH, Default, dump_exactly, is_faithful, write_own
from ws_sync._core.json.diff import diff, stretches
from ws_sync._core.json.equality import equal
from ws_sync._core.json.pointer import escape
from ws_sync._core.snapshot.member_access import members_of
from ws_sync._core.snapshot.member_offsets import Layout, Stretch, differing, layout_of
from ws_sync.exceptions import NotJSON

SMALL = 1024
"""A text that is shorter is not divided."""

MOST_KEPT = 200
"""Pointers of more characters are not kept as JSON texts."""

_NAME = re.compile(rb'"(?:[^"\\]|\\.)*"')
_DIVISIBLE = frozenset((b"[", b"{"))
_NUMERIC = frozenset(b"%d" % digit for digit in range(10)) | {b"-"}

Inner: TypeAlias = dict[int, Layout]


class Unfaithful(Exception):  # raised and caught inside the core
    """A value has parts that orjson writes otherwise than the exact path may."""


class TooLong(Exception):  # raised and caught inside the core
    """The operations are longer than a replacement."""


class Operations:
    """Operations as JSON texts, up to a size in bytes.

    Attributes:
        texts: the texts.
        size: how much of the size they take, with a comma behind each.
    """

    def __init__(self, most: int) -> None:
        self.texts: list[bytes] = []
        self.size = 0
        self._most = most

    def add(self, text: bytes) -> None:
        """Append an operation.

        Raises:
            TooLong: there is no room for it.
        """
        self.size += len(text) + 1
        if self.size > self._most:
            raise TooLong
        self.texts.append(text)

    def part(self, most: int) -> Operations:
        """Return a place for operations that may become a part of these."""
        return Operations(min(most, self._most - self.size))

    def adopt(self, part: Operations) -> None:
        """Append the operations of a part."""
        for text in part.texts:
            self.add(text)


def _quoted(path: str) -> bytes:
    # names in it are the peer's, and of any length: those that are kept have to be short
    return _quoted_before(path) if len(path) <= MOST_KEPT else orjson.dumps(path)


@lru_cache(1024)
def _quoted_before(path: str) -> bytes:
    return orjson.dumps(path)


def replacing(path: str) -> bytes:
    """Write the operation that replaces the value at a pointer, up to the new value."""
    return b'{"op":"replace","path":%b,"value":' % _quoted(path)


def replacement(path: str, text: bytes) -> bytes:
    """Write the operation that replaces the value at a pointer."""
    return b"%b%b}" % (replacing(path), text)


def replacement_size(path: str, text: bytes) -> int:
    """Return the size of `replacement`, and a comma behind it."""
    return len(replacement(path, b"")) + len(text) + 1


def addition(path: str, text: bytes) -> bytes:
    """Write the operation that adds a value at a pointer."""
    return b'{"op":"add","path":%b,"value":%b}' % (_quoted(path), text)


def removal(path: str) -> bytes:
    """Write the operation that removes the value at a pointer."""
    return b'{"op":"remove","path":%b}' % orjson.dumps(path)


def judge(text: bytes, value: object, default: Default | None, depth: int) -> None:
    """Make sure that orjson's text of a value is what the exact path would write.

    Args:
        text: the text.
        value: the value.
        default: as for `dump`.
        depth: how many arrays and objects it stands in.

    Raises:
        Unfaithful: it is not.
    """
    if is_faithful(text, value, MAX_VALUE_DEPTH - depth):
        return
    try:
        if dump_exactly(value, default).text == text and is_faithful(
            text, orjson.loads(text), MAX_VALUE_DEPTH - depth
        ):
            return  # a tuple, or an object that was converted
    except NotJSON:
        pass  # the exact path says it again for the whole, with the place
    raise Unfaithful


def is_plain_scalar(text: bytes, value: object) -> bool:
    """Tell whether orjson's text of a value is a scalar's that needs no further judgement."""
    return text[:1] not in _DIVISIBLE and (text != b"null" or value is None)


def changed_scalar(old: bytes, new: bytes, begun: bytes) -> list[bytes]:
    """Return the operation that makes the scalar `new` of `old`; none for the same number.

    Args:
        old: the text of what the peer holds, maybe of an array or an object.
        new: another text, of a scalar.
        begun: the operation up to the value, see `replacing`.
    """
    if (
        new[:1] in _NUMERIC
        and old[:1] in _NUMERIC
        and not (old.isdigit() and new.isdigit())
        and equal(orjson.loads(old), orjson.loads(new))
    ):
        return []
    return [b"%b%b}" % (begun, new)]


class Comparison:
    """One comparison of two texts that orjson has made."""

    def __init__(self, default: Default | None) -> None:
        self._default = default

    def compare(
        self,
        operations: Operations,
        old: bytes,
        new: bytes,
        value: object,
        path: str,
        layout: Layout | None = None,
        depth: int = 0,
    ) -> Layout | None:
        """Append the operations that make `new` of `old`.

        Args:
            operations: where.
            old: the text as the peer holds it.
            new: the text as it shall be, of `value`.
            value: the value; what it differs in is judged.
            path: pointer of the value.
            layout: that of `old`, if it is known; then it becomes that of `new`.
            depth: how many arrays and objects the value stands in.

        Returns:
            The layout of `new`, if it was worked out.

        Raises:
            TooLong: they don't fit in.
            Unfaithful: see `judge`.
            Unstable: the value is not the same twice.
        """
        if old == new:
            return layout
        kind = new[:1]
        if kind != old[:1] or kind not in _DIVISIBLE:
            if not is_plain_scalar(new, value):
                judge(new, value, self._default, depth)
            for scalar in changed_scalar(old, new, replacing(path)):
                operations.add(scalar)
            return None
        part = operations.part(replacement_size(path, new))
        try:
            if len(old) < SMALL or len(new) < SMALL:
                judge(new, value, self._default, depth)
                for operation in diff(orjson.loads(old), orjson.loads(new), path):
                    part.add(write_own(operation))
                layout = None
            else:
                layout = self._divide(part, old, new, value, path, layout, depth)
            operations.adopt(part)
        except TooLong:
            judge(new, value, self._default, depth)
            operations.add(replacement(path, new))
            return None
        return layout

    def _divide(
        self,
        operations: Operations,
        old: bytes,
        new: bytes,
        value: object,
        path: str,
        layout: Layout | None,
        depth: int,
    ) -> Layout:
        if layout is None:
            members = members_of(value, new, self._default)
            layout = layout_of(old, new, members, lambda text: members_of(None, text, None))
        found = differing(old, new, layout, members_of(value, new, self._default))
        inner: Inner = {}
        layouts = layout.inner, inner
        if new[:1] == b"{":
            self._compare_members(operations, found, path, layouts, depth + 1)
        else:
            for stretch in found:
                self.compare_elements(operations, stretch, path, layouts, depth + 1)
        layout.replace(found, inner)
        return layout

    def compare_elements(
        self,
        operations: Operations,
        stretch: Stretch,
        path: str,
        layouts: tuple[Inner, Inner],
        depth: int,
    ) -> None:
        """Append the operations for a stretch of an array.

        Args:
            operations: where.
            stretch: the stretch.
            path: pointer of the array.
            layouts: those that are known of its older elements, and where to put the newer ones'.
            depth: how many arrays and objects the elements stand in.

        Raises:
            TooLong: they don't fit in.
            Unfaithful: see `judge`.
        """
        old, new, place = stretch.old, stretch.new, stretch.place
        for (begin, end), (first, last) in stretches(old, new):
            both = min(end - begin, last - first)
            for offset in range(both):
                at = first + offset
                layout = self.compare(
                    operations, old[begin + offset], new[at], stretch.members[at],
                    f"{path}/{place + at}", layouts[0].get(stretch.start + begin + offset), depth,
                )  # fmt: skip
                if layout is not None:
                    layouts[1][place + at] = layout
            for _ in range(begin + both, end):
                operations.add(removal(f"{path}/{place + first + both}"))
            for at in range(first + both, last):
                judge(new[at], stretch.members[at], self._default, depth)
                operations.add(addition(f"{path}/{place + at}", new[at]))

    def _compare_members(
        self,
        operations: Operations,
        stretches: list[Stretch],
        path: str,
        layouts: tuple[Inner, Inner],
        depth: int,
    ) -> None:
        """Append the operations for all stretches of an object: its members have no order."""
        both = {text for each in stretches for text in each.old}
        both &= {text for each in stretches for text in each.new}
        old = _named([(each.start, each.old, each.old) for each in stretches], both)
        new = _named([(each.place, each.new, each.members) for each in stretches], both)
        for name in old:
            if name not in new:
                operations.add(removal(f"{path}/{escape(name)}"))
        for name, (at, text, member) in new.items():
            pointer, value = f"{path}/{escape(name)}", member[1]
            if name not in old:
                judge(text, value, self._default, depth)
                operations.add(addition(pointer, text))
                continue
            before, older, _ = old[name]
            known = layouts[0].get(before)
            layout = self.compare(operations, older, text, value, pointer, known, depth)
            if layout is not None:
                layouts[1][at] = layout


def _named(
    stretches: list[tuple[int, list[bytes], list[Any]]], without: set[bytes]
) -> dict[str, tuple[int, bytes, Any]]:
    """Split the texts of an object's members into names and values.

    Args:
        stretches: of each stretch the index of the first member, the texts, and the members.
        without: texts of members to leave out.

    Returns:
        By its name, the index of each member, the text of its value, and the member.
    """
    named: dict[str, tuple[int, bytes, Any]] = {}
    for start, texts, members in stretches:
        for index, (text, member) in enumerate(zip(texts, members, strict=True), start):
            if text not in without and (found := _NAME.match(text)) is not None:
                named[orjson.loads(found[0])] = index, text[found.end() + 1 :], member
    return named
