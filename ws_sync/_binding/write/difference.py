"""The difference of the document before and after a patch, as edits of live objects.

Each position is compared with what it was. Where the JSON is the same, the live value stays. Where
it differs, the difference is looked for inside, as long as there is a live object whose parts are
visible; only the deepest place that differs gets a new value, which its type reads.
"""

from __future__ import annotations

from collections import deque
from dataclasses import is_dataclass
from typing import Any

from pydantic import BaseModel

from ws_sync._binding.write import names
from ws_sync._binding.write.alignment import is_another
from ws_sync._binding.write.arrays import ArrayDifference, check_length
from ws_sync._binding.write.cells import NEW, Array, Cell, Content, Object, Rooted
from ws_sync._binding.write.classes import members_of
from ws_sync._binding.write.edits import MISSING, SetEntry
from ws_sync._binding.write.fields import FieldWrite, Path, Written, rejecting
from ws_sync._binding.write.schemas import ANY, Type
from ws_sync._binding.write.simulation import Simulation
from ws_sync._binding.write.structures import UNKNOWN, Entries, Fields
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.equality import equal
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync.exceptions import Refused

_MUTABLE = (list, dict, set, deque, tuple, frozenset, BaseModel)
_SHARED = frozenset({str, int, bool, float, type(None), SyncedList, SyncedDict})
"""Types of elements that may be in several places. A tracked container changes in all of them."""


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
        self._moved: set[int] = set()  # ids of objects that are in another place
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
        with rejecting(path):
            return self.simulation.fresh(names.read(place, found.json))

    def compare(
        self, place: Type, old: Cell | None, new: Cell, path: Path, in_field: bool = False
    ) -> Any:
        """Return the value for a place, as `settle`, or the JSON that has to be read for it."""
        if new is old:
            return self.edit(old, path, in_field)
        if new.is_shown_by(place):
            return self.edit(new, path, in_field)
        json = new.json()
        if old is None or old.live is NEW or self.is_moved(old.live):
            return Read(json)
        is_whole = not self.has_lost(old)
        old = old.original()
        if is_whole and equal(old.json(), json):
            return old.live
        if not self._assign(old, json, place):
            return Read(json)
        return self.edit(old, path, in_field)

    def has_lost(self, cell: Cell) -> bool:
        """Return whether a part of a live value is in another place now."""
        return cell.content is not None and any(
            self.is_moved(part.live) or self.has_lost(part) for part in cell.content.known()
        )

    def is_equal(self, old: Cell, new: Cell) -> bool:
        """Return whether a place can keep its value, because the same goes out."""
        if self.is_moved(old.live) or self.has_lost(old):
            return False
        return equal(old.original().json(), new.json())

    def edit(self, cell: Cell, path: Path, in_field: bool = False) -> Any:
        """Plan the edits inside a live value; return it, or the value that takes its place."""
        content = cell.content
        if content is None:
            return cell.live
        first = len(self.simulation.edits)
        if isinstance(content, Rooted):
            value = self._edit_root(content, path)
        elif isinstance(content, Array):
            value = ArrayDifference(self, content).edit(path)
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
        with rejecting(path):
            return self.simulation.run(value, place.place_validator.validate_python)

    def _collect(self, content: Content) -> None:
        for cell in content.moved_in():
            if isinstance(cell.live, _MUTABLE) or is_dataclass(cell.live):
                self._moved.add(id(cell.live))  # other values may be in two places
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
                content.assign(json)
            return type(json) is list
        if type(json) is not dict:
            return False
        source = content.source
        if isinstance(source, Fields) and not _is_editable(source, json, place):
            return False
        derived = source.members.computed if isinstance(source, Fields) else ()
        for name in content.names():
            if name not in json and name not in derived:
                content.opened[name] = None
        for name, value in json.items():
            if name not in derived:
                content.opened[name] = Cell(ANY, NEW, value)
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
            place = written.place(wire, source)
            value = self.compare(place, None, new, (*path, wire), in_field=True)
            if isinstance(value, Read):
                written.replace(wire, value.json)
            else:
                written.change(wire, value)
            return
        if new is None:
            written.remove(wire, source)
            return
        if refusal := written.refusal(wire):
            if self.is_equal(old, new):
                return  # it keeps its value
            raise refusal
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
            value = self.settle_element(live, place, old, new, (*path, name))
            if key is UNKNOWN:
                with rejecting((*path, name)):
                    key = source.type.keys().read(name)
                length += 1
            elif old is not None and value is old.live:
                continue
            self.simulation.add(SetEntry(live, key, value))
        if len(self.simulation.edits) > first:
            check_length(source.type, length)
        return live

    def settle_element(
        self, live: Any, place: Type, old: Cell | None, new: Cell, path: Path
    ) -> Any:
        """Return the value of an element, as `settle`; an element that is there twice is copied."""
        if old is not None and new.live is NEW and is_another(old, new.json()):
            old = None
        if old is not None and old.live is not NEW and _is_alias(live, old):
            return self.simulation.detached(old.live, lambda: self.settle(place, old, new, path))
        return self.settle(place, old, new, path)

    def is_moved(self, live: object) -> bool:
        """Return whether an object is in another place now."""
        return id(live) in self._moved


def _is_editable(source: Fields, json: dict[str, JSON], place: Type) -> bool:
    """Return whether an object may become another one by writing its members."""
    members = source.members
    if members.is_frozen:
        return False
    for name in json:
        if source.part(name) is not None or name in members.computed or members.extra is not None:
            continue
        if not (isinstance(source.live, dict) and name in members.visible):
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
