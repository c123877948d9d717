"""The difference of an array before and after a patch, as edits of the live array.

Elements that stay are found by their place, new ones are aligned with the old ones that they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any, Protocol

from ws_sync._binding.write.alignment import Gap, align
from ws_sync._binding.write.cells import NEW, Array, Cell
from ws_sync._binding.write.edits import Change, SetElements, splices_of
from ws_sync._binding.write.fields import Path
from ws_sync._binding.write.schemas import Type
from ws_sync._binding.write.simulation import Simulation
from ws_sync._binding.write.structures import Elements
from ws_sync._core.tracked.containers import SyncedList
from ws_sync.exceptions import Refused

_SIZED = frozenset({"list", "set", "frozenset", "tuple", "deque", "dict"})


class Around(Protocol):
    """The difference of the document, which settles the elements."""

    simulation: Simulation

    def settle_element(
        self, live: Any, place: Type, old: Cell | None, new: Cell, path: Path
    ) -> Any:
        """Return the value of an element."""

    def is_moved(self, live: object) -> bool:
        """Return whether an object is in another place now."""


class ArrayDifference:
    """Plans the edits of one live array."""

    def __init__(self, difference: Around, content: Array) -> None:
        assert isinstance(content.source, Elements)  # only live values are edited
        self._difference, self._simulation = difference, difference.simulation
        self._content, self._source = content, content.source

    def edit(self, path: Path) -> Any:
        """Plan the edits; return the array, or the one that takes its place."""
        content, source = self._content, self._source
        first = len(self._simulation.edits)
        splices = self._splices(path)
        length = len(content)
        live = source.live
        if not splices and len(self._simulation.edits) == first:
            return live
        check_length(source.type, length)
        kind = type(live)
        if issubclass(kind, tuple | frozenset):
            return self._rebuild(splices) if splices else live
        if kind is set:
            before = {id(each) for _, old, _ in splices for each in old}
            after = {id(each) for _, _, new in splices for each in new}
            removed = [e for _, old, _ in splices for e in old if id(e) not in after]
            added = [e for _, _, new in splices for e in new if id(e) not in before]
            if removed or added:
                self._simulation.add(SetElements(live, removed, added))
            return live
        if kind not in (list, SyncedList):
            splices = _joined(source, splices)
            if live.maxlen is not None and length > live.maxlen:
                raise Refused(f"the deque has at most {live.maxlen} elements")
        for change in reversed(splices):
            for edit in splices_of(live, source.values, change, len(source)):
                self._simulation.add(edit)
        return live

    def _rebuild(self, splices: list[Change]) -> Any:
        values = _spliced(self._source.values, 0, splices)
        kind = type(self._source.live)
        rebuilt = getattr(kind, "_make", kind)(values)
        if kind is frozenset and rebuilt == self._source.live:  # only the order of the JSON differs
            return self._source.live
        return self._simulation.fresh(rebuilt)

    def _splices(self, path: Path) -> list[Change]:
        """Return the replaced elements, from left to right: index, old and new values."""
        content, source = self._content, self._source
        gaps, pairs = self._aligned()
        found: list[Change] = []
        shift = 0
        for gap, cells in gaps:
            old = [source.value(number) for number in gap]
            new = []
            for number, cell in enumerate(cells, gap.start):
                before = content.known_cell(pairs[id(cell)]) if id(cell) in pairs else None
                new.append(self._settle(number, before, cell, (*path, number + shift)))
            shift += len(cells) - len(gap)
            if len(old) != len(new) or not all(map(is_, old, new)):
                found.append((gap.start, old, new))
        if gaps and content.is_mixed:
            return found
        is_kept = content.kept()
        for number, cell in content.opened.items():
            if cell.content is not None and is_kept(number):
                value = self._settle(number, cell, cell, (*path, number))
                if value is not cell.live:
                    found.append((number, [source.value(number)], [value]))
        return sorted(found, key=lambda change: change[0])

    def _aligned(self) -> tuple[list[Gap], dict[int, int]]:
        """Return what is not in place any more, and the old elements that new ones are."""
        content, source = self._content, self._source

        def is_moved(number: int) -> bool:
            return self._difference.is_moved(source.value(number))

        gaps = _gaps(content, len(source))
        if not gaps or not content.is_mixed:
            return gaps, align(content, gaps, is_moved)
        cells = [content.cell(number) for number in range(len(content))]
        present = set(map(id, cells))
        pairs = {
            id(cell): number for number, cell in enumerate(cells[: len(source)])
            if cell.live is NEW and not is_moved(number)
            and id(content.opened.get(number)) not in present
        }  # fmt: skip
        return [(range(len(source)), cells)], pairs  # each position has its own type

    def _settle(self, number: int, old: Cell | None, new: Cell, path: Path) -> Any:
        live, place = self._source.live, self._source.type.element(number)
        return self._difference.settle_element(live, place, old, new, path)


def _gaps(content: Array, length: int) -> list[Gap]:
    """Return the ranges of elements that are not in place, and the cells that are there."""
    found: list[Gap] = []
    cells: list[Cell] = []
    position = 0
    for piece in [*content.pieces(), range(length, length)]:
        if isinstance(piece, Cell):
            cells.append(piece)
        elif piece or piece.start == length:
            gap = range(position, piece.start)
            if gap or cells:
                found.append((gap, cells))
            cells, position = [], piece.stop
    return found


def check_length(type_: Type, length: int) -> None:
    """Check the number of elements that a type permits.

    Raises:
        Refused: it does not permit this number.
    """
    node = type_.node
    if type_.kind == "named-tuple" and length != len(node["fields"]):
        raise Refused(f"its type rejects it: it has {len(node['fields'])} elements, not {length}")
    if type_.kind not in _SIZED:
        return
    least, most = node.get("min_length"), node.get("max_length")
    if least is not None and length < least:
        raise Refused(
            f"its type rejects it: it should have at least {least} elements, not {length}"
        )
    if most is not None and length > most:
        raise Refused(f"its type rejects it: it should have at most {most} elements, not {length}")
    items = node.get("items_schema")
    fixed = items if isinstance(items, list) and "variadic_item_index" not in node else None
    if fixed is not None and length != len(fixed):
        raise Refused(f"its type rejects it: it has {len(fixed)} elements, not {length}")


def _joined(source: Elements, splices: list[Change]) -> list[Change]:
    """Return one change for all: a full deque takes no insertion before a removal."""
    if len(splices) < 2:
        return splices
    start, stop = splices[0][0], splices[-1][0] + len(splices[-1][1])
    old = list(source.values[start:stop])
    return [(start, old, _spliced(old, start, splices))]


def _spliced(values: Sequence[Any], first: int, splices: list[Change]) -> list[Any]:
    """Return values, the first of which has the index `first`, after changes."""
    found = list(values)
    for start, old, new in reversed(splices):
        found[start - first : start - first + len(old)] = new
    return found
