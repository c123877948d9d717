"""One write of the client: what it changes, and nothing else.

The constructor plans and validates the write; nothing has changed after it. `commit` changes the
live objects in place, and undoes everything if code of the application raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ValidationError

from ws_sync._binding.annotations import attribute_adapter, reason_of
from ws_sync._binding.attribute_types import validating
from ws_sync._binding.attributes import Attribute
from ws_sync._binding.write.cells import Cell
from ws_sync._binding.write.classes import field_type
from ws_sync._binding.write.difference import Difference, Read
from ws_sync._binding.write.edits import Assign, SetField
from ws_sync._binding.write.fields import FieldWrite, Rejected, Written
from ws_sync._binding.write.overlay import Overlay
from ws_sync._binding.write.schemas import ANY, Type, as_json, kept_on, split, type_of_class
from ws_sync._binding.write.simulation import Journal, Simulation
from ws_sync._binding.write.structures import UNKNOWN
from ws_sync._binding.write.views import View
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import measure
from ws_sync._core.json.pointer import join, parse
from ws_sync._core.tracked.containers import TRACKED
from ws_sync.exceptions import Refused, RefusedPatch, RefusedState


class Write:
    """One write of the client: the constructor checks it, `commit` applies it.

    Attributes:
        touched: names on the wire of the attributes that it reads or writes.
        affected: those, and other attributes that validators change too.
    """

    def __init__(self, attributes: Mapping[str, Attribute], patch: JSON) -> None:
        """Plan a patch of the attributes, which are given by name on the wire.

        Raises:
            RefusedPatch: the patch can't be applied, or its result is not a possible state.
            RefusedState: the type of an attribute rejects its new value.
        """
        self._attributes = attributes
        self._patch = patch
        self.touched = _touched(patch, attributes)
        self.affected = set(self.touched)
        self._roots = {
            wire: _cell(each) if wire in self.touched else Cell(ANY, None)
            for wire, each in attributes.items()
        }
        self._overlay = Overlay(self._roots)
        self._overlay.apply(patch)
        self._result = self._overlay.result()
        if self._result.keys() != attributes.keys():  # patch-attributes
            raise RefusedPatch(None, patch, "the result has other attributes than the document")
        self._simulation = Simulation()
        self._journal = Journal()
        self._is_validated_whole = False
        with validating():
            self._plan()

    def container(self, wire: str) -> object:
        """Return the tracked container of an attribute, if the write changes that in place."""
        attribute, cell = self._attributes[wire], self._roots[wire]
        if attribute.read_only or attribute.computed or attribute.typed:
            return None  # a type may create another value
        if self._result[wire] is not cell or attribute.is_shared(cell.live):
            return None
        return cell.live

    def views(self) -> dict[str, View]:
        """Return views of the attributes that were changed only inside, and by no setter."""
        edits = self._simulation.edits
        assigned = {id(edit.attribute): edit for edit in edits if isinstance(edit, Assign)}
        if self._is_validated_whole or any(edit.runs_code for edit in assigned.values()):
            return {}  # they may have changed anything
        return {
            wire: View(cell.type, cell.live)
            for wire, cell in self._roots.items()
            if self._result[wire] is cell and cell.content is not None
            if type(cell.live) not in TRACKED  # they record what has changed
            if id(attribute := self._attributes[wire]) not in assigned
            if not (attribute.is_shown_by_class or attribute.computed)
        }

    def commit(self) -> None:
        """Apply the write to the live objects.

        Raises:
            RefusedState: a setter of the application raised; the write was undone.
            BaseException: other code of the application raised; the write was undone.
        """
        try:
            for edit in self._simulation.edits:
                self._journal.apply(edit)
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Restore the state before `commit`."""
        self._journal.undo()

    def max_growth(self) -> int:
        """Return an upper bound of the document's growth, without measuring it."""
        return self._overlay.growth + sum(measure(each.get("value")) for each in self._patch)

    def sizes(self) -> tuple[int, int]:
        """Return the estimated sizes of the touched attributes before and after, in characters."""
        before = sum(measure(self._roots[wire].original().json()) for wire in self.touched)
        return before, sum(measure(self._result[wire].json()) for wire in self.touched)

    def _plan(self) -> None:
        difference = Difference(self._simulation, self._overlay.document)
        models: dict[int, tuple[Written, dict[str, Attribute]]] = {}
        wires = [wire for wire in self._attributes if wire in self.touched]
        for wire in wires:
            with self._refusing(wire):
                self._plan_attribute(difference, wire, models)
        for written, synced in models.values():
            self._plan_model(written, synced)

    def _plan_attribute(
        self, difference: Difference, wire: str,
        models: dict[int, tuple[Written, dict[str, Attribute]]],
    ) -> None:  # fmt: skip
        attribute = self._attributes[wire]
        old, new = self._roots[wire], self._result[wire]
        if new is old and new.content is None:
            return
        if attribute.read_only:
            if not difference.is_equal(old, new):
                raise RefusedPatch(None, self._patch, f"{wire!r} is read-only")  # patch-read-only
            return
        owner: Any = attribute.owner
        if isinstance(owner, BaseModel) and attribute.name in type(owner).model_fields:
            known = models.get(id(owner))
            if known is None:
                known = Written(type_of_class(type(owner)), owner), self._synced(owner)
                models[id(owner)] = known
            self._compare_field(difference, known[0], attribute, wire)
            return
        if attribute.computed and difference.is_equal(old, new):
            return
        if attribute.computed or attribute.is_shared(old.live):
            value = self._simulation.detached(
                old.live, lambda: difference.settle(old.type, old, new, ())
            )
        else:
            value = difference.settle(old.type, old, new, ())
        if value is not old.live:
            self._simulation.add(Assign(owner, attribute, value))

    def _compare_field(
        self, difference: Difference, written: Written, attribute: Attribute, wire: str
    ) -> None:
        old, new, name = self._roots[wire], self._result[wire], attribute.name
        first = len(self._simulation.edits)
        value = difference.compare(old.type, old, new, (), in_field=True)
        if isinstance(value, Read):
            written.read[name] = value.json
        elif value is not old.live:
            written.values[name] = value
            written.parts.add(name)
        elif len(self._simulation.edits) > first:
            written.parts.add(name)
        if new is not old and not equal(old.original().json(), new.json()):
            written.named.add(name)

    def _synced(self, owner: object) -> dict[str, Attribute]:
        return {each.name: each for each in self._attributes.values() if each.owner is owner}

    def _plan_model(self, written: Written, synced: dict[str, Attribute]) -> None:
        if written.is_empty:
            return
        changed = [*written.read, *written.values, *written.parts, *written.named]
        wire = min(synced[name].wire for name in changed)
        first = len(self._simulation.edits)
        with self._refusing(wire):
            FieldWrite(self._simulation, written, synced).apply(())
        for edit in self._simulation.edits[first:]:
            if edit.target is not written.live:  # inside of any attribute
                self._is_validated_whole = True
                self.affected |= {each.wire for each in synced.values()}
            elif isinstance(edit, SetField) and edit.name in synced:
                self.affected.add(synced[edit.name].wire)

    @contextmanager
    def _refusing(self, wire: str) -> Iterator[None]:
        """Name the attribute in what is raised."""
        try:
            yield
        except Rejected as error:
            cause = error.__cause__
            assert cause is not None  # always raised from another one
            reason, place = reason_of(cause), ".".join(map(str, error.path))
            if place:
                reason = f"{place}{'.' if _has_place(cause) else ': '}{reason}"
            raise RefusedState(wire, f"its type rejects it: {reason}") from cause
        except (RefusedPatch, RefusedState):
            raise
        except Refused as error:
            raise RefusedPatch(None, self._patch, f"{wire!r}: {error.reason}") from None


def state_patch(attributes: Mapping[str, Attribute], state: JSON) -> list[JSON]:
    """Return the patch that is equivalent to a `_SET` of the client (state-set-merges).

    Raises:
        RefusedState: `state` is not an object, or names an unknown attribute.
    """
    if type(state) is not dict:
        raise RefusedState(None, "a state must be an object")  # state-set-malformed
    for wire in state:
        if wire not in attributes:
            raise RefusedState(wire, "the document has no such attribute")  # state-set-unknown
    return [
        {"op": "replace", "path": join(wire), "value": value}
        for wire, value in state.items()
        if not attributes[wire].read_only  # state-set-read-only
    ]


def current_value(attribute: Attribute) -> JSON:
    """Return the JSON of an attribute; None if it has none."""
    return _cell(attribute).json()


def _touched(patch: JSON, names: Mapping[str, object]) -> set[str]:
    """Return the attributes that a patch touches; an invalid patch touches none."""
    touched: set[str] = set()
    operations = patch if type(patch) is list else []
    for operation in operations:
        for member in ("path", "from"):
            try:
                path = parse(operation[member])
            except (Refused, LookupError, TypeError):
                continue  # the overlay reports the error
            touched |= {path[0]} if path else names.keys()
    return touched & names.keys()


class _Unreadable:
    """The live value of an attribute that can't be read."""


def _cell(attribute: Attribute) -> Cell:
    try:
        live = attribute.read()
    except Exception:
        if not attribute.computed:
            raise
        return Cell(ANY, _Unreadable())  # a property may be written before it can be read
    json: JSON = UNKNOWN
    if attribute.is_shown_by_class:
        try:
            json = as_json(attribute.plain())
        except Exception:  # noqa: BLE001  # a serialiser of the application
            json = None
    return Cell(_type_of(attribute), live, json)


def _type_of(attribute: Attribute) -> Type:
    """Return the type of an attribute."""
    cls = type(attribute.owner)
    if not attribute.typed or attribute.computed:
        return ANY
    if issubclass(cls, BaseModel):
        return field_type(cls, attribute.name) or ANY
    return kept_on(cls, f".{attribute.name}", lambda: _annotated(cls, attribute.name))


def _annotated(cls: type, name: str) -> Type:
    adapter = attribute_adapter(cls, name)
    return ANY if adapter is None else split(adapter.core_schema)


def _has_place(error: BaseException) -> bool:
    return isinstance(error, ValidationError) and bool(error.errors(include_url=False)[0]["loc"])
