"""The document that a patch is applied to: cells, opened only where the patch goes.

A cell is one position. It has a live value, or the JSON of a new one. Moving a value moves its
cell, so that its live object moves. The JSON of a live value is computed only when something asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from ws_sync._binding.write.schemas import ANY, Type
from ws_sync._binding.write.structures import UNKNOWN, Elements, Entries, Fields, Root, structure_of
from ws_sync._core.json.codec import JSON, kind_of
from ws_sync._core.json.equality import equal
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync.exceptions import Refused

NEW: Any = object()
"""The live value of a cell that has none."""

_CONTAINERS = frozenset({list, tuple, dict, SyncedList, SyncedDict})
_SCALARS = str | int | float | None  # a member of an enum of texts goes out as a text

MAX_PIECES = 64
"""Pieces of an array above which each of its elements is listed."""


class Cell:
    """A position in the document.

    Attributes:
        type: the type of the place that its value came from.
        live: the live value, or NEW.
        is_alone: whether the live value is certainly in its container only once.
        content: its parts, once something inside was asked for.
    """

    __slots__ = ("_given", "_json", "content", "is_alone", "live", "type")

    def __init__(
        self, type_: Type, live: object = NEW, json: JSON = UNKNOWN, is_alone: bool = False
    ) -> None:
        self.type, self.live, self.is_alone = type_, live, is_alone
        self._json = self._given = json
        self.content: Content | None = None

    def original(self) -> Cell:
        """Return a cell of the live value as it was before the patch."""
        return Cell(self.type, self.live, self._given, self.is_alone)

    def is_shown_by(self, place: Type) -> bool:
        """Return whether the live value goes out in another place as it does in its own."""
        if self.live is NEW or not self.type.is_same(place):
            return False
        if self._given is UNKNOWN:
            return True
        try:
            return equal(self.type.json(self.live), self._given)
        except Exception:  # noqa: BLE001  # a serialiser of the application
            return False

    @property
    def is_foreign(self) -> bool:
        """Whether the value has neither a type nor one of JSON's types."""
        is_json = isinstance(self.live, _SCALARS) or type(self.live) in _CONTAINERS
        return self.live is not NEW and self.type is ANY and not is_json

    def json(self) -> JSON:
        """Return the JSON of the present value; None if it has none."""
        if self.content is not None:
            return self.content.json()
        if self._json is UNKNOWN:
            try:
                self._json = self.type.json(self.live)
            except Exception:  # noqa: BLE001  # no JSON form: it can be replaced as a whole
                self._json = None
        return self._json

    def open(self) -> Array | Object:
        """Return the parts of the value.

        Raises:
            Refused: it has none, or they can't be written.
        """
        content = self.content
        if content is None:
            content = self.content = self._open()
        return content.cell.open() if isinstance(content, Rooted) else content

    def _open(self) -> Content:
        if self.live is NEW:
            if type(self._json) is list:
                return Array(self._json)
            if type(self._json) is dict:
                return Object(self._json)
            raise Refused(f"the path goes through {kind_of(self._json)}, which has no members")
        found = structure_of(self.type, self.live, self._given)
        if found is None:
            json = self.json()
            if type(json) not in (dict, list):
                raise Refused(f"the path goes through {kind_of(json)}, which has no members")
            reason = "is not of a JSON type" if self.type.is_any else "has no parts to write"
            raise Refused(f"the value {reason}, so it can only be replaced as a whole")
        if isinstance(found, Root):
            return Rooted(found)
        return Array(found) if isinstance(found, Elements) else Object(found)


class Array:
    """The elements of an array: ranges of elements that are still in place, and cells.

    Attributes:
        source: the live elements, or the JSON of a new array.
        opened: cells of elements in place, by index in the source.
    """

    def __init__(self, source: Elements | list[JSON]) -> None:
        self.source = source
        self.opened: dict[int, Cell] = {}
        self._pieces: list[range | Cell] = [range(len(source))]
        self._flat: list[int | Cell] | None = None

    def __len__(self) -> int:
        if self._flat is not None:
            return len(self._flat)
        return sum(len(each) if isinstance(each, range) else 1 for each in self._pieces)

    def cell(self, position: int) -> Cell:
        """Return the cell at a position."""
        return self._cell(self._at(position))

    def original(self, number: int) -> Cell:
        """Return the cell of an element of the source."""
        if isinstance(self.source, list):
            return Cell(ANY, NEW, self.source[number])
        return Cell(*self.source.part(number))

    @property
    def is_mixed(self) -> bool:
        """Whether each position has a type of its own."""
        return isinstance(self.source, Elements) and self.source.type.is_mixed

    def known_cell(self, number: int) -> Cell:
        """Return the cell of an element of the source, with what the patch has done to it."""
        return self.opened.get(number) or self.original(number)

    def known(self) -> list[Cell]:
        """Return the cells of elements of the source that the patch has gone to."""
        return [*self.opened.values()]

    def insert(self, position: int, cell: Cell) -> None:
        """Insert a cell."""
        if self._flat is not None:
            self._flat.insert(position, cell)
            return
        number = self._split(position)
        self._pieces.insert(number, cell)
        self._flatten()

    def take(self, position: int) -> Cell:
        """Remove an element, and return its cell."""
        found = self._at(position)
        if self._flat is not None:
            del self._flat[position]
        else:
            self._split(position)
            del self._pieces[self._split(position + 1) - 1]
            self._flatten()
        return self._cell(found)

    def pieces(self) -> Iterator[range | Cell]:
        """Yield the elements in their order."""
        if self._flat is None:
            yield from self._pieces
            return
        for each in self._flat:
            yield each if isinstance(each, Cell) else range(each, each + 1)

    def assign(self, value: list[JSON]) -> None:
        """Replace all elements."""
        self._flat = [Cell(ANY, NEW, each) for each in value]

    def kept(self) -> Callable[[int], bool]:
        """Return a function that says whether an element of the source is in place."""
        if self._flat is not None:
            return {each for each in self._flat if not isinstance(each, Cell)}.__contains__
        ranges = [each for each in self._pieces if isinstance(each, range)]
        return lambda number: any(number in each for each in ranges)

    def moved_in(self) -> Iterator[Cell]:
        """Yield the cells that came from another place."""
        yield from (each for each in self.pieces() if isinstance(each, Cell))

    def cells(self) -> Iterator[Cell]:
        """Yield the cells that exist."""
        kept = self.kept()
        yield from (cell for number, cell in self.opened.items() if kept(number))
        yield from self.moved_in()

    def json(self) -> JSON:
        """Return the array."""
        return [
            each.json() for piece in self.pieces()
            for each in ([piece] if isinstance(piece, Cell) else map(self.known_cell, piece))
        ]  # fmt: skip

    def _cell(self, found: int | Cell) -> Cell:
        if isinstance(found, Cell):
            return found
        cell = self.opened[found] = self.known_cell(found)
        return cell

    def _at(self, position: int) -> int | Cell:
        if self._flat is not None:
            return self._flat[position]
        number, offset = self._locate(position)
        piece = self._pieces[number]
        return piece if isinstance(piece, Cell) else piece[offset]

    def _split(self, position: int) -> int:
        """Return the number of the piece that begins at a position."""
        number, offset = self._locate(position)
        if offset:
            piece = self._pieces[number]
            assert isinstance(piece, range)  # a cell has no middle
            self._pieces[number : number + 1] = [piece[:offset], piece[offset:]]
        return number + bool(offset)

    def _locate(self, position: int) -> tuple[int, int]:
        """Return the number of the piece that a position is in, and the offset in that."""
        for number, piece in enumerate(self._pieces):
            size = 1 if isinstance(piece, Cell) else len(piece)
            if position < size:
                return number, position
            position -= size
        return len(self._pieces), 0

    def _flatten(self) -> None:
        if len(self._pieces) > MAX_PIECES:
            self._flat = [
                each for piece in self._pieces
                for each in ([piece] if isinstance(piece, Cell) else piece)
            ]  # fmt: skip


class Object:
    """The members of an object.

    Attributes:
        source: the live members, or the JSON of a new object.
        opened: cells by name; None for a member that was removed.
    """

    def __init__(self, source: Entries | Fields | dict[str, JSON]) -> None:
        self.source = source
        self.opened: dict[str, Cell | None] = {}
        self._originals: dict[str, Cell | None] = {}

    def begin(self, cells: Mapping[str, Cell]) -> None:
        """Begin with cells that are members in their place."""
        self.opened.update(cells)
        self._originals.update(cells)

    def get(self, name: str) -> Cell | None:
        """Return the cell of a member; None if there is none."""
        if name not in self.opened and (found := self.original(name)) is not None:
            self.opened[name] = found
        return self.opened.get(name)

    def original(self, name: str) -> Cell | None:
        """Return the cell of a member of the source."""
        if name not in self._originals:
            self._originals[name] = self._make(name)
        return self._originals[name]

    def _make(self, name: str) -> Cell | None:
        if isinstance(self.source, dict):
            return Cell(ANY, NEW, self.source[name]) if name in self.source else None
        part = self.source.part(name)
        return None if part is None else Cell(*part)

    def known(self) -> list[Cell]:
        """Return the cells of members of the source that the patch has gone to."""
        return [cell for cell in self._originals.values() if cell is not None]

    def moved_in(self) -> Iterator[Cell]:
        """Yield the cells that came from another place."""
        for name, cell in self.opened.items():
            if cell is not None and cell is not self._originals.get(name):
                yield cell

    def names(self) -> list[str]:
        """Return the names of all members."""
        source = self.source if isinstance(self.source, dict) else self.source.names()
        found = [name for name in source if self.opened.get(name, self) is not None]
        return [*found, *(n for n, cell in self.opened.items() if cell and n not in set(found))]

    def cells(self) -> Iterator[Cell]:
        """Yield the cells that exist."""
        yield from (cell for cell in self.opened.values() if cell is not None)

    def json(self) -> JSON:
        """Return the object."""
        cells = {name: self.opened.get(name) or self.original(name) for name in self.names()}
        return {name: cell.json() for name, cell in cells.items() if cell is not None}


class Rooted:
    """The value of a `RootModel`."""

    def __init__(self, source: Root) -> None:
        self.source = source
        self.cell = self.was = Cell(*source.part())

    def cells(self) -> Iterator[Cell]:
        """Yield the cell of the value."""
        yield self.cell

    def known(self) -> list[Cell]:
        """Return the cell of the value as it was."""
        return [self.was]

    def moved_in(self) -> Iterator[Cell]:
        """Yield the cell, if it came from another place."""
        if self.cell is not self.was:
            yield self.cell

    def json(self) -> JSON:
        """Return the value."""
        return self.cell.json()


Content: TypeAlias = Array | Object | Rooted
