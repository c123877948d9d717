"""The text of a large value, into which the patches of the peer are spliced.

An operation decodes and writes only the member that it goes into. A member that is large itself is
divided too, so the cost does not depend on the size of the value. The text stays in pieces until
something needs it as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import orjson

from ws_sync._core.json.codec import JSON, dump
from ws_sync._core.json.diff import Operation
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply, find
from ws_sync._core.json.pointer import index, join, parse
from ws_sync._core.snapshot.division import divide
from ws_sync._core.snapshot.member_offsets import ChangedMembers, MemberOffsets
from ws_sync._core.snapshot.patch_effect import places_of
from ws_sync._core.snapshot.text_diff import DIVISIBLE, SMALL
from ws_sync.exceptions import Refused

MAX_SPLICES = 64
"""Operations of one patch that are spliced."""

MAX_PIECES = 256
"""Pieces of a text above which they are joined."""

Tokens: TypeAlias = tuple[str, ...]


class SplicedText:
    """A text that orjson wrote, and its parts that the peer has changed.

    Attributes:
        size: its bytes.
        touched: places of the members that the last patch has changed.
    """

    __slots__ = ("_pieces", "size", "touched")

    native = True
    """As of `Text`."""

    def __init__(self, text: bytes) -> None:
        self.size = len(text)
        self.touched: list[Tokens] = []
        self._pieces: list[bytes | memoryview] = [text]

    @property
    def text(self) -> bytes:
        """The whole text."""
        if len(self._pieces) > 1 or not isinstance(self._pieces[0], bytes):
            self._pieces = [b"".join(self._pieces)]
        return bytes(self._pieces[0])

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes between two offsets."""
        first = self._cut(start)
        return b"".join(self._pieces[first : self._cut(stop)])

    def splice(self, start: int, stop: int, text: bytes) -> None:
        """Replace the bytes between two offsets."""
        first = self._cut(start)
        self._pieces[first : self._cut(stop)] = [text] if text else []
        self.size += len(text) - (stop - start)
        if len(self._pieces) > MAX_PIECES:
            self._pieces = [self.text]

    def _cut(self, position: int) -> int:
        """Return the number of the piece that begins at an offset."""
        for number, piece in enumerate(self._pieces):
            if not position:
                return number
            if position < len(piece):
                view = memoryview(piece)
                self._pieces[number : number + 1] = [view[:position], view[position:]]
                return number + 1
            position -= len(piece)
        return len(self._pieces)


class Place:
    """A member of an array or object of a text.

    Attributes:
        offsets: those of the array or object.
        start: where its text begins.
        around: the offsets of what contains it, each with the number of a member.
        tokens: the path of the array or object.
        token: the member.
        inside: the rest of the path, in a member that is not divided.
    """

    def __init__(self, offsets: MemberOffsets, path: Tokens) -> None:
        self.offsets = offsets
        self.start = 0
        self.around: list[tuple[MemberOffsets, int]] = []
        self.tokens: Tokens = ()
        self.token, self.inside = path[0], path[1:]

    @property
    def is_array(self) -> bool:
        """Whether the member is an element."""
        return self.offsets.names is None

    def number(self) -> int:
        """Return the number of the member.

        Raises:
            Refused: there is none.
        """
        if self.offsets.names is None:
            return index(self.token, len(self.offsets.strides))
        if self.token not in self.offsets.names:
            raise Refused(f"no member {self.token!r}")
        return self.offsets.names.index(self.token)

    def prefix(self) -> bytes:
        """Return the text of the member before its value."""
        return b"" if self.is_array else orjson.dumps(self.token) + b":"

    def value(self) -> tuple[int, int]:
        """Return where the text of the member's value begins and ends."""
        strides, number = self.offsets.strides, self.number()
        begin = self.start + 1 + self.offsets.before(number)
        return begin + len(self.prefix()), begin + strides[number] - 1

    def enter(self, offsets: MemberOffsets, start: int) -> None:
        """Go to a member of the member, which is at `start` and has these offsets."""
        self.around.append((self.offsets, self.number()))
        self.tokens += (self.token,)
        self.offsets, self.start = offsets, start
        self.token, self.inside = self.inside[0], self.inside[1:]


class Splicer:
    """Applies the operations of a peer to a text.

    Args:
        text: the text, of an array or object.
        offsets: those of the text; they follow the operations.
    """

    def __init__(self, text: SplicedText, offsets: MemberOffsets) -> None:
        self._text = text
        self._offsets = offsets

    def apply(self, operations: list[Operation]) -> None:
        """Apply operations of which `can_splice` is true, with paths from the attribute on.

        Raises:
            Refused: one of them can't be applied.
        """
        for each in operations:
            _OPERATIONS[each["op"]](self, parse(each["path"])[1:], each)

    def find(self, path: Tokens) -> bytes:
        """Return the text of a value.

        Raises:
            Refused: there is none.
        """
        place = self._place(path)
        text = self._text.read(*place.value())
        return orjson.dumps(find(orjson.loads(text), place.inside)) if place.inside else text

    def length(self, path: Tokens) -> int:
        """Return the number of members of what contains a value."""
        return len(self._place(path).offsets.strides)

    def put(self, path: Tokens, text: bytes) -> None:
        """Replace a value."""
        place = self._place(path)
        if place.inside:
            self._change(place, "replace", orjson.loads(text))
        else:
            number = place.number()
            self._splice(place, number, number + 1, [place.prefix() + text])

    def _place(self, path: Tokens) -> Place:
        self._name(self._offsets, 0, self._text.size)
        place = Place(self._offsets, path)
        while place.inside:
            start, stop = place.value()
            if stop - start < SMALL or self._text.read(start, start + 1) not in DIVISIBLE:
                break
            number, inner = place.number(), place.offsets.inner
            if number not in inner:
                inner[number] = divide(self._text.read(start, stop))
            self._name(inner[number], start, stop)
            place.enter(inner[number], start)
        return place

    def _name(self, offsets: MemberOffsets, start: int, stop: int) -> None:
        if offsets.names is None and self._text.read(start, start + 1) == b"{":
            offsets.names = list(orjson.loads(self._text.read(start, stop)))

    def _add(self, path: Tokens, operation: Operation) -> None:
        self._insert(path, _text_of(operation["value"]))

    def _remove(self, path: Tokens, _: Operation) -> None:
        self._take(path)

    def _replace(self, path: Tokens, operation: Operation) -> None:
        self.put(path, _text_of(operation["value"]))

    def _move(self, path: Tokens, operation: Operation) -> None:
        origin = parse(operation["from"])[1:]
        if path[: len(origin)] != origin:
            self._insert(path, self._take(origin))
        elif path != origin:
            raise Refused("a value can't be moved into itself")  # patch-move-into-itself
        else:
            self.find(origin)

    def _test(self, path: Tokens, operation: Operation) -> None:
        if not equal(orjson.loads(self.find(path)), operation["value"]):
            raise Refused("the value differs")

    def _insert(self, path: Tokens, text: bytes) -> None:
        place = self._place(path)
        strides, names = place.offsets.strides, place.offsets.names
        if place.inside:
            self._change(place, "add", orjson.loads(text))
        elif names is not None and place.token in names:
            self.put(path, text)
        else:
            number = len(strides)
            if names is None and place.token != "-":
                number = index(place.token, number + 1)
            place.token = place.token if names is not None else str(number)
            self._splice(place, number, number, [place.prefix() + text])

    def _take(self, path: Tokens) -> bytes:
        text, place = self.find(path), self._place(path)
        if place.inside:
            self._change(place, "remove", None)
        else:
            number = place.number()
            self._splice(place, number, number + 1, [])
        return text

    def _change(self, place: Place, operation: str, value: JSON) -> None:
        """Apply an operation inside a member that is not divided."""
        old = orjson.loads(self._text.read(*place.value()))
        new = apply(old, [{"op": operation, "path": join(*place.inside), "value": value}])
        number = place.number()
        self._splice(place, number, number + 1, [place.prefix() + orjson.dumps(new)])

    def _splice(self, place: Place, first: int, last: int, members: list[bytes]) -> None:
        """Replace members of the array or object of a place."""
        strides, size = place.offsets.strides, self._text.size
        start = place.start + 1 + place.offsets.before(first)
        if last < len(strides):
            text = b"".join(each + b"," for each in members)
            self._text.splice(start, start + sum(strides[first:last]), text)
        else:  # no comma follows, but one may be before
            end = place.start + (place.offsets.before(len(strides)) or 1)
            text = b",".join([b""] * (first > 0) + members)
            self._text.splice(start - (first > 0), end, text)
        place.offsets.update([ChangedMembers(first, last, [], first, members, [])], {})
        for offsets, number in place.around:
            offsets.grow(number, self._text.size - size)
        self._touch(place, last - first, len(members))

    def _touch(self, place: Place, removed: int, added: int) -> None:
        """Note that a member has changed; members after it have other indices now."""
        tokens, depth = place.tokens, len(place.tokens)
        found = []
        for each in self._text.touched:
            if each[:depth] != tokens or len(each) == depth or removed == added:
                found.append(each)
            elif not place.is_array:
                found += [each] * (each[depth] != place.token)
            elif (at := int(each[depth]) - int(place.token)) < 0:
                found.append(each)
            elif at >= removed:
                found.append((*tokens, str(int(each[depth]) + added - removed), *each[depth + 1 :]))
        self._text.touched = found + [(*tokens, place.token)] * added


def outermost(places: Iterable[Tokens]) -> list[Tokens]:
    """Return places without those inside of others."""
    found: list[Tokens] = []
    for each in sorted(set(places)):
        if not found or each[: len(found[-1])] != found[-1]:
            found.append(each)
    return found


_OPERATIONS: dict[str, Callable[[Splicer, Tokens, Operation], None]] = {
    "add": Splicer._add,
    "remove": Splicer._remove,
    "replace": Splicer._replace,
    "move": Splicer._move,
    "test": Splicer._test,
}


def can_splice(operations: list[Operation]) -> bool:
    """Return whether all operations change members of the same attribute."""
    if len(operations) > MAX_SPLICES:
        return False
    return all(
        each["op"] in _OPERATIONS and all(len(place) > 1 for place in places_of(each))
        for each in operations
    )


def _text_of(value: JSON) -> bytes:
    found = dump(value)
    if not found.native:
        raise Refused("an integer beyond 64 bits")
    return found.text
