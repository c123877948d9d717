"""Changed members of one live object: a model, a dataclass or a TypedDict.

The object's own class validates them, like an assignment: first each field, then the class sees all
of them together. Frozen fields are read-only.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from ws_sync._binding.annotations import require_finite
from ws_sync._binding.attributes import Attribute
from ws_sync._binding.write import names
from ws_sync._binding.write.classes import Members, members_of, members_of_class
from ws_sync._binding.write.edits import MISSING, Assign, Edit, SetEntry, SetField
from ws_sync._binding.write.schemas import Type
from ws_sync._binding.write.simulation import Simulation
from ws_sync._binding.write.structures import Fields
from ws_sync._core.json.codec import JSON
from ws_sync.exceptions import Refused

Path: TypeAlias = tuple[object, ...]

FAILURES = (Exception, CancelledError)
"""What code of the application raises to reject a value."""


class Rejected(Exception):
    """A type or a validator rejects a value; the cause says why.

    Attributes:
        path: the place in the attribute.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


@contextmanager
def rejecting(path: Path) -> Iterator[None]:
    """Raise `Rejected` for what code of the application, or a type, raises at a place."""
    try:
        yield
    except (Refused, Rejected):
        raise
    except FAILURES as error:
        raise Rejected(path) from error


class Written:
    """The changed members of one live object.

    Attributes:
        live: the object.
        read: JSON of fields that their types have to read.
        values: values of fields that need not be read.
        parts: names of fields that were changed inside.
        named: names of fields that were written as a whole.
        extra: JSON of extra members; MISSING removes one.
        moved: values of extra members that need not be read.
    """

    def __init__(self, type_: Type, live: Any) -> None:
        self.live = live
        self.members = members_of(type_)
        self.own: Members = (
            members_of(type_) if isinstance(live, dict) else members_of_class(type(live))
        )
        self.read: dict[str, JSON] = {}
        self.values: dict[str, Any] = {}
        self.parts: set[str] = set()
        self.named: set[str] = set()
        self.extra: dict[str, JSON] = {}
        self.moved: dict[str, Any] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing has changed."""
        changes = (self.read, self.values, self.parts, self.named, self.extra, self.moved)
        return not any(changes)

    def place(self, wire: str, source: Fields) -> Type:
        """Return the type of a member that does not exist.

        Raises:
            Refused: the object can't have it.
        """
        name = self.members.visible.get(wire)
        if name is not None and isinstance(source.live, dict):
            self.require_writable(wire, name)
            return self.members.type(name)
        if self.members.extra is not None and name is None and self._may_be_extra(wire):
            self.require_writable(wire, wire)
            return self.members.extra
        if wire in self.members.computed:
            raise Refused(f"{wire!r} is derived from other members")
        raise Refused(f"no member {wire!r}")

    def remove(self, wire: str, source: Fields) -> None:
        """Remove an extra or optional member; another field gets its default.

        Raises:
            Refused: the field is required.
        """
        name = self.members.visible.get(wire, wire)
        self.require_writable(wire, name)
        if name not in self.members.fields:
            self.extra[wire] = MISSING
        elif isinstance(source.live, dict):
            if self.members.fields[name].get("required", True):
                raise Refused(f"{wire!r} is required")
            self.values[name] = MISSING
        elif self.own.type(name).kind == "literal":
            raise Refused(f"{wire!r} can't be removed: it may say which type the object has")
        else:
            try:
                self.values[name] = self.own.default(name)
            except ValueError as error:
                raise Refused(f"{wire!r} can't be removed: {error}") from error

    def replace(self, wire: str, json: JSON) -> None:
        """Replace a member by a new value."""
        name = self.members.visible.get(wire, wire)
        self.require_writable(wire, name)
        if name in self.members.fields:
            self.read[name] = json
        else:
            self.extra[wire] = json

    def change(self, wire: str, value: Any) -> None:
        """Replace a member by a value of its type."""
        name = self.members.visible.get(wire, wire)
        self.require_writable(wire, name)
        if name in self.members.fields:
            self.values[name] = value
            self.parts.add(name)
        else:
            self.moved[wire] = value

    def part(self, wire: str) -> None:
        """Note that a member was changed inside."""
        name = self.members.visible.get(wire, wire)
        self.require_writable(wire, name)
        self.parts.add(name)

    def _may_be_extra(self, wire: str) -> bool:
        return not (wire.startswith("_") or self.members.is_hidden(wire) or self.own.is_hidden(wire)
                    or wire in self.own.fields or wire in self.members.computed)  # fmt: skip

    def refusal(self, wire: str) -> Refused | None:
        """Return why a member can't be written; None if it can."""
        try:
            self.require_writable(wire, self.members.visible.get(wire, wire))
        except Refused as error:
            return error
        return None

    def require_writable(self, wire: str, name: str) -> None:
        """Raise Refused if a member is frozen or derived."""
        if wire in self.members.computed:
            raise Refused(f"{wire!r} is derived from other members")
        if self.own.is_fixed(name) or self.members.is_fixed(name):
            raise Refused(f"{wire!r} is read-only: it is frozen")
        if not self.own.fields.get(name, {}).get("init", True):
            raise Refused(f"{wire!r} is read-only: its class sets it")


class FieldWrite:
    """Validates changed members, and plans their edits.

    Args:
        simulation: receives the edits.
        written: the members.
        attributes: attributes of a synced model, by the names of its fields.
    """

    def __init__(
        self,
        simulation: Simulation,
        written: Written,
        attributes: dict[str, Attribute] | None = None,
    ) -> None:
        self._simulation = simulation
        self._written = written
        self._attributes = attributes or {}

    def apply(self, path: Path) -> Any:
        """Validate the members, and plan their edits; return the object.

        Raises:
            Refused: a new value has members that do not go out.
            Rejected: a type or a validator rejects a value.
        """
        written, own = self._written, self._written.own
        live = written.live
        if isinstance(live, dict):
            self._set_entries(path)
            return live
        data = self._data()
        for name in own.fields:
            if name in written.read or name in written.values or name in written.parts:
                data[name] = self._field(name, data, path)
        for name in sorted(written.named - {*written.read, *written.values} & own.fields.keys()):
            self._simulation.add(SetField(live, name, getattr(live, name)))  # it is set from now on
        for name, json in written.extra.items():
            self._set_extra(name, json, path)
        for name, value in written.moved.items():
            self._simulation.add(SetEntry(live.__pydantic_extra__, name, value))
        if own.has_code:
            last = [*written.read, *written.values, *written.parts, *own.fields][0]
            self._run(lambda copy: own.class_validators.validate_assignment(
                copy, last, getattr(copy, last)), path)  # fmt: skip
        if own.has_post_init:
            self._run(lambda copy: copy.__post_init__(), path)
        return live

    def _run(self, function: Any, path: Path) -> None:
        with rejecting(path):
            self._simulation.run(self._written.live, function)

    def _data(self) -> dict[str, Any]:
        """Return the fields that validators see."""
        written, own = self._written, self._written.own
        changed = {*written.read, *written.parts}
        sees = any(own.type(name).has_functions for name in changed if name in own.fields)
        seen = self._simulation.copy(written.live) if sees else written.live
        return {name: getattr(seen, name) for name in own.fields if hasattr(seen, name)}

    def _field(self, name: str, data: dict[str, Any], path: Path) -> Any:
        """Validate a field and plan its assignment; return the value that validators see."""
        written, simulation = self._written, self._simulation
        type_ = written.own.type(name)
        if name in written.read:
            value = simulation.fresh(self._read(name, type_, data, path))
            self._add(name, value)
            return value
        value = written.values.get(name, MISSING)
        if name not in written.parts or not type_.functions:
            if value is not MISSING:
                self._add(name, value)
            return data.get(name) if value is MISSING else value
        live = getattr(written.live, name) if value is MISSING else value
        with rejecting(path):
            result = simulation.run(
                live, lambda copy: _assign(written.own.part_assignment, data, name, copy)
            )
        if result is not getattr(written.live, name):
            self._add(name, result)
        return simulation.copy(result)

    def _read(self, name: str, type_: Type, data: dict[str, Any], path: Path) -> Any:
        json = self._written.read[name]
        value = names.to_input(type_, json)
        if type_.has_functions:
            with rejecting(path):
                value = type_.read_strictly(value) if type_.is_strict else value
                found = _assign(self._written.own.assignment, data, name, value)
                require_finite(found)
        else:
            with rejecting((*path, name)):
                found = type_.read(value)
        names.check_names(type_, found, json)
        return found

    def _add(self, name: str, value: Any) -> None:
        live, attribute = self._written.live, self._attributes.get(name)
        if attribute is not None:
            self._simulation.add(Assign(live, attribute, value))
        else:
            self._simulation.add(SetField(live, name, value))

    def _set_extra(self, name: str, json: JSON, path: Path) -> None:
        live, extra = self._written.live, self._written.members.extra
        edit: Edit
        if json is MISSING:
            edit = SetEntry(live.__pydantic_extra__, name, MISSING)
        else:
            assert extra is not None  # `Written` checks it
            edit = SetEntry(live.__pydantic_extra__, name, self._new(extra, json, (*path, name)))
        self._simulation.add(edit)

    def _set_entries(self, path: Path) -> None:
        written = self._written
        for name, value in {**written.values, **written.moved}.items():
            self._simulation.add(SetEntry(written.live, name, value))
        for name, json in {**written.read, **written.extra}.items():
            type_ = written.own.type(name) if name in written.own.fields else written.own.extra
            value = MISSING
            if json is not MISSING:
                assert type_ is not None  # `Written` checks it
                value = self._new(type_, json, (*path, name))
            self._simulation.add(SetEntry(written.live, name, value))

    def _new(self, type_: Type, json: JSON, path: Path) -> Any:
        with rejecting(path):
            return self._simulation.fresh(names.read(type_, json))


def _assign(validator: Any, data: dict[str, Any], name: str, value: Any) -> Any:
    """Return what a field makes of a value, where its validators see the other fields."""
    return validator.validate_assignment(dict(data), name, value, by_alias=True, by_name=True)[0][
        name
    ]
