"""The difference of the document before and after a patch, as edits of live objects.

Each position is compared with what it was. Where the JSON is the same, the live value stays. Where
it differs, the difference is looked for inside, as long as there is a live object whose parts are
visible; only the deepest place that differs gets a new value, which its type reads.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ws_sync._binding.write import names
from ws_sync._binding.write.cells import NEW, Array, Cell, Content, Object, Rooted
from ws_sync._binding.write.classes import members_of
from ws_sync._binding.write.edits import MISSING, SetElements, SetEntry, Splice
from ws_sync._binding.write.fields import FAILURES, FieldWrite, Path, Rejected, Written
from ws_sync._binding.write.schemas import ANY, Type
from ws_sync._binding.write.simulation import Simulation
from ws_sync._binding.write.structures import UNKNOWN, Elements, Entries, Fields
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.diff import hunks, label
from ws_sync._core.json.equality import equal
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync.exceptions import Refused

_SHARED = frozenset({str, int, bool, float, type(None), SyncedList, SyncedDict})
"""Types of elements that may be in several places. A tracked container changes in all of them."""

_SIZED = frozenset({"list", "set", "frozenset", "tuple", "deque", "dict"})


class Read:
    """A value that has to be read by the type of its place."""

    def __init__(self, json: JSON) -> None:
        self.json = json


class Difference:
    """Plans the edits of one write.

    Attributes:
        simulation: receives the edits.
    """

    def __init__(self, simulation: Simulation, document: Object) -> None:
        """Begin with the document after the patch."""
        self.simulation = simulation
        self._moved: set[int] = set()  # ids of cells of live values that are in another place
        self._collect(document)

    def settle(self, place: Type, old: Cell | None, new: Cell, path: Path) -> Any:
        """Return the value for a place; the old live value if that stays or is changed inside.

        Raises:
            Refused: the write is not possible.
            Rejected: the type of the place rejects the value.
        """
        found = self.compare(place, old, new, path)
        if not isinstance(found, Read):
            return found
        try:
            return self.simulation.fresh(names.read(place, found.json))
        except (Refused, Rejected):
            raise
        except FAILURES as error:
            raise Rejected(path) from error

    def compare(
        self, place: Type, old: Cell | None, new: Cell, path: Path, in_field: bool = False
    ) -> Any:
        """Return the value for a place, as `settle`, or the JSON that has to be read for it."""
        if new is old:
            return self.edit(old, path, in_field)
        if new.live is not NEW and new.type.is_same(place):
            return self.edit(new, path, in_field)
        json = new.json()
        if old is None or old.live is NEW or id(old) in self._moved:
            return Read(json)
        old = old.original()
        if equal(old.json(), json):
            return old.live
        if not self._assign(old, json, place):
            return Read(json)
        return self.edit(old, path, in_field)

    def edit(self, cell: Cell, path: Path, in_field: bool = False) -> Any:
        """Plan the edits inside a live value; return it, or the value that takes its place."""
        content = cell.content
        if content is None:
            return cell.live
        first = len(self.simulation.edits)
        if isinstance(content, Rooted):
            value = self._edit_root(content, path)
        elif isinstance(content, Array):
            value = self._edit_array(content, path)
        elif isinstance(content.source, Fields):
            value = self._edit_fields(content, path)
        else:
            value = self._edit_entries(content, path)
        if value is cell.live and len(self.simulation.edits) == first:
            return value
        return value if in_field else self._check_place(cell.type, value, path)

    def _check_place(self, place: Type, value: Any, path: Path) -> Any:
        """Run the validators of the application at a place, after a change inside."""
        if not place.functions:
            return value
        try:
            return self.simulation.run(value, place.place_validator.validate_python)
        except FAILURES as error:
            raise Rejected(path) from error

    def _collect(self, content: Content) -> None:
        self._moved |= {id(cell) for cell in content.moved_in() if cell.live is not NEW}
        for cell in content.cells():
            if cell.content is not None:
                self._collect(cell.content)

    def _assign(self, cell: Cell, json: JSON, place: Type) -> bool:
        """Give a live value's parts the JSON of a whole; return False if that can't be."""
        try:
            content = cell.open()
        except Refused:
            return False
        if isinstance(cell.content, Rooted) and members_of(cell.content.source.type).is_frozen:
            return False
        if isinstance(content, Array):
            if type(json) is list:
                content.assign(json, ANY)
            return type(json) is list
        if type(json) is not dict:
            return False
        source = content.source
        if isinstance(source, Fields) and not _is_editable(source, json, place):
            return False
        for name in content.names():
            if name not in json:
                content.set(name, None)
        for name, value in json.items():
            if not (isinstance(source, Fields) and name in source.members.computed):
                content.set(name, Cell(ANY, NEW, value))
        return True

    def _edit_root(self, content: Rooted, path: Path) -> Any:
        live = content.source.live
        cell = content.cell
        written = Written(content.source.type, live)
        first = len(self.simulation.edits)
        value = self.compare(cell.type, content.was, cell, path, in_field=True)
        if isinstance(value, Read):
            written.read["root"] = value.json
        elif value is not live.root:
            written.values["root"] = value
        if len(self.simulation.edits) > first or value is not live.root:
            written.require_writable("root", "root")
            written.parts.add("root")
        return self._write_fields(written, path)

    def _edit_fields(self, content: Object, path: Path) -> Any:
        source = content.source
        assert isinstance(source, Fields)  # `edit` selects it
        written = Written(source.type, source.live)
        order = {wire: number for number, wire in enumerate(source.members.visible)}
        for wire, new in sorted(content.opened.items(), key=lambda e: order.get(e[0], len(order))):
            old = content.original(wire)
            if old is None and new is None:
                continue
            self._edit_field(written, source, (wire, old, new), path)
        return self._write_fields(written, path)

    def _edit_field(
        self, written: Written, source: Fields, change: tuple[str, Cell | None, Cell | None],
        path: Path,
    ) -> None:  # fmt: skip
        wire, old, new = change
        if old is None:
            assert new is not None  # one of both exists
            written.add(wire, source, new.json())
            return
        if new is None:
            written.remove(wire, source)
            return
        first = len(self.simulation.edits)
        value = self.compare(old.type, old, new, (*path, wire), in_field=True)
        if isinstance(value, Read):
            written.replace(wire, value.json)
        elif value is not old.live:
            written.change(wire, value)
        elif len(self.simulation.edits) > first:
            written.part(wire)

    def _write_fields(self, written: Written, path: Path) -> Any:
        if written.is_empty:
            return written.live
        return FieldWrite(self.simulation, written).apply(path)

    def _edit_entries(self, content: Object, path: Path) -> Any:
        source = content.source
        assert isinstance(source, Entries)  # `edit` selects it
        live, place = source.live, source.type.values()
        first, length = len(self.simulation.edits), len(live)
        for name, new in content.opened.items():
            key = source.key(name)
            old = content.original(name)
            if new is None:
                if key is not UNKNOWN:
                    self.simulation.add(SetEntry(live, key, MISSING))
                    length -= 1
                continue
            value = self._settle_element(live, place, old, new, (*path, name))
            if key is UNKNOWN:
                key = self._new_key(source.type, name, path)
                length += 1
            elif old is not None and value is old.live:
                continue
            self.simulation.add(SetEntry(live, key, value))
        if len(self.simulation.edits) > first:
            _check_length(source.type, length)
        return live

    def _new_key(self, type_: Type, name: str, path: Path) -> Any:
        try:
            return type_.keys().read(name)
        except FAILURES as error:
            raise Rejected((*path, name)) from error

    def _settle_element(
        self, live: Any, place: Type, old: Cell | None, new: Cell, path: Path
    ) -> Any:
        """Return the value of an element, as `settle`; an element that is there twice is copied."""
        if old is not None and old.live is not NEW and _is_alias(live, old):
            return self.simulation.detached(old.live, lambda: self.settle(place, old, new, path))
        return self.settle(place, old, new, path)

    def _edit_array(self, content: Array, path: Path) -> Any:
        source = content.source
        assert isinstance(source, Elements)  # only live values are edited
        first = len(self.simulation.edits)
        splices = self._splices(content, source, path)
        length = len(content)
        live = source.live
        if not splices and len(self.simulation.edits) == first:
            return live
        _check_length(source.type, length)
        kind = type(live)
        if issubclass(kind, tuple | frozenset):
            return self._rebuild(source, splices) if splices else live
        if kind is set:
            before = {id(each) for _, old, _ in splices for each in old}
            after = {id(each) for _, _, new in splices for each in new}
            removed = [e for _, old, _ in splices for e in old if id(e) not in after]
            added = [e for _, _, new in splices for e in new if id(e) not in before]
            if removed or added:
                self.simulation.add(SetElements(live, removed, added))
            return live
        if kind not in (list, SyncedList):
            splices = _joined(source, splices)
            if live.maxlen is not None and length > live.maxlen:
                raise Refused(f"the deque has at most {live.maxlen} elements")
        for change in reversed(splices):
            self._add_splice(source, *change)
        return live

    def _add_splice(self, source: Elements, start: int, old: list[Any], new: list[Any]) -> None:
        values, length = source.values, len(source)
        while old and new and old[-1] is new[-1]:
            del old[-1], new[-1]
        while old and new and old[0] is new[0]:
            del old[0], new[0]
            start += 1
        if not old and not new:
            return
        stop = start + len(old)
        around = values[start - 1] if start else MISSING, MISSING
        if stop < length:
            around = around[0], values[stop]
        self.simulation.add(Splice(source.live, start, old, new, around))

    def _rebuild(self, source: Elements, splices: list[Change]) -> Any:
        values = list(source.values)
        for start, old, new in reversed(splices):
            values[start : start + len(old)] = new
        kind = type(source.live)
        return self.simulation.fresh(getattr(kind, "_make", kind)(values))

    def _splices(self, content: Array, source: Elements, path: Path) -> list[Change]:
        """Return the replaced elements, from left to right: index, old and new values."""
        found: list[Change] = []
        cells: list[Cell] = []
        position = at = 0
        is_kept = content.kept()
        for piece in [*content.pieces(), range(len(source), len(source))]:
            if isinstance(piece, Cell):
                cells.append(piece)
                continue
            if not piece and piece.start < len(source):
                continue
            gap = range(position, piece.start)
            if gap or cells:
                old = [source.value(number) for number in gap]
                new = self._fill(content, source, (gap, cells), (*path, at))
                found.append((position, old, new))
            at += len(cells) + len(piece)
            cells, position = [], piece.stop
        for number, cell in content.opened.items():
            if cell.content is not None and is_kept(number):
                value = self._settle_element(
                    source.live, source.type.element(number), cell, cell, (*path, number)
                )
                if value is not cell.live:
                    found.append((number, [source.value(number)], [value]))
        return sorted(found, key=lambda change: change[0])

    def _fill(
        self, content: Array, source: Elements, change: tuple[range, list[Cell]], path: Path
    ) -> list[Any]:
        """Return the values for cells that take the place of a range of elements."""
        gap, cells = change
        fresh = [n for n, cell in enumerate(cells) if cell.live is NEW]
        old = [n for n in gap if fresh and id(content.opened.get(n)) not in self._moved]
        pairs = self._pair(content, old, [cells[n] for n in fresh]) if old else {}
        matched = {fresh[new]: content.original(old[before]) for new, before in pairs.items()}
        values = []
        for number, cell in enumerate(cells):
            place = source.type.element(gap.start + number)
            where = (*path[:-1], int(str(path[-1])) + number)
            values.append(
                self._settle_element(source.live, place, matched.get(number), cell, where)
            )
        return values

    def _pair(self, content: Array, old: list[int], new: list[Cell]) -> dict[int, int]:
        """Return which new elements are old ones, equal or in their place, by number."""
        before = [label(content.original(number).json()) for number in old]
        after = [label(cell.json()) for cell in new]
        pairs: dict[int, int] = {}
        start = new_start = 0
        for hunk in hunks(before, after):
            for offset in range(hunk.start - start):
                pairs[new_start + offset] = start + offset
            for offset in range(min(hunk.stop - hunk.start, hunk.new_stop - hunk.new_start)):
                pairs[hunk.new_start + offset] = hunk.start + offset
            start, new_start = hunk.stop, hunk.new_stop
        for offset in range(len(before) - start):
            pairs[new_start + offset] = start + offset
        return pairs


Change: TypeAlias = tuple[int, list[Any], list[Any]]


def _is_editable(source: Fields, json: dict[str, JSON], place: Type) -> bool:
    """Return whether an object may become another one by writing its members."""
    members = source.members
    if members.is_frozen:
        return False
    for name in json:
        if source.part(name) is None and name not in members.computed and members.extra is None:
            return False
    if place.kind not in ("union", "tagged-union"):
        return True
    if isinstance(tag := place.node.get("discriminator"), str) and tag not in json:
        return False
    try:
        read = names.read(place, json)
    except Exception:  # noqa: BLE001  # reported where it is written
        return True
    return isinstance(source.live, type(read))


def _is_alias(container: Any, cell: Cell) -> bool:
    """Return whether the object of a cell is an element more than once."""
    value = cell.live
    if cell.is_alone or type(value) in _SHARED or isinstance(container, set | frozenset):
        return False
    values = container.values() if isinstance(container, dict) else container
    return len([True for each in values if each is value]) > 1


def _check_length(type_: Type, length: int) -> None:
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
    values = list(source.values)
    new = values[start:stop]
    for at, old, fresh in reversed(splices):
        new[at - start : at - start + len(old)] = fresh
    return [(start, values[start:stop], new)]
