"""Writes of the client, applied to the live objects.

A write is applied to a draft first, so that a rejected write changes nothing. Then the live lists
and dicts are changed in place: values that the write does not touch stay the same objects
(state-unsynced-kept). A `_SET` is converted to a patch of the members that it names.

The type of an attribute (see `attribute_types`) creates a new value from the written JSON, and the
live value is updated from it (see `in_place_update`). Without a type, only values of JSON's own
types can be written in part. Any other value (a dataclass, a tuple, a dict with numbers as keys, a
subclass of list) can only be replaced, because a write in part would change its type.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy

from ws_sync._binding.annotations import reason_of
from ws_sync._binding.attribute_types import validating
from ws_sync._binding.attributes import Attribute, to_json
from ws_sync._binding.in_place_update import InPlaceUpdate
from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, dump, is_deeper, read_own
from ws_sync._core.json.diff import diff
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import MAX_OPERATIONS, Draft, may_be_deep, measure
from ws_sync._core.json.pointer import index, join, parse
from ws_sync._core.tracked.containers import SyncedDict, SyncedList, track
from ws_sync.exceptions import Refused, RefusedPatch, RefusedState

_UNTOUCHED = object()
"""The value of an attribute that a write does not touch."""


class Write:
    """One write of the client: the constructor checks it, `commit` applies it.

    Attributes:
        touched: names on the wire of the attributes that it reads or writes.
        affected: those, and other attributes that their types change too.
    """

    def __init__(self, attributes: Mapping[str, Attribute], patch: JSON) -> None:
        """Apply a patch to a draft of the attributes, which are given by name on the wire.

        Raises:
            RefusedPatch: the patch can't be applied, or its result is not a possible state.
            RefusedState: the type of an attribute rejects its new value.
        """
        self._attributes = attributes
        self.touched = _touched(patch, attributes)
        self.affected = set(self.touched)
        self._foreign: set[str] = set()  # attributes with values of other types than JSON's
        self._patch = patch
        self._assigned: list[tuple[Attribute, object]] = []  # with their old values
        self._before: dict[str, JSON] = {wire: self._read(wire) for wire in attributes}
        self._draft = Draft(self._before)
        self._draft.apply(patch)
        self._check(patch)
        self._in_place = InPlaceUpdate(self._draft.original)
        self._accepted = self._accept()  # values of attributes that have types

    def before(self, wire: str) -> JSON:
        """Return the old value of a touched attribute."""
        return self._before[wire]

    def after(self, wire: str) -> JSON:
        """Return the new value of a touched attribute."""
        return self._draft.document[wire]

    def is_in_place(self, wire: str) -> bool:
        """Return whether the write certainly changes the attribute's list or dict in place."""
        attribute, after = self._attributes[wire], self.after(wire)
        if attribute.read_only or attribute.types is not None:  # a type may create another value
            return False
        return self._can_change_in_place(attribute, after)

    def commit(self) -> None:
        """Apply the write to the live objects.

        Raises:
            RefusedState: a setter of the application raised; the write was undone.
            Exception: other code of the application raised; the write was undone.
        """
        try:
            for value in self._assign():
                self._draft.write_back(value)
        except Exception:
            self.undo()
            raise

    def undo(self) -> None:
        """Restore the state before `commit`."""
        self._draft.revert()
        self._in_place.undo()
        for attribute, old in reversed(self._assigned):
            with suppress(Exception):  # a setter may reject its own old value
                attribute.write(old)
        self._assigned.clear()

    def max_growth(self) -> int:
        """Return an upper bound of the document's growth, without measuring it."""
        return self._draft.growth + sum(measure(each.get("value")) for each in self._patch)

    def sizes(self) -> tuple[int, int]:
        """Return the estimated sizes of the touched attributes before and after, in characters."""
        values = (self._before, self._draft.document)
        before, after = (sum(measure(value[wire]) for wire in self.touched) for value in values)
        return before, after

    def _read(self, wire: str) -> JSON:
        if wire not in self.touched:
            return _UNTOUCHED
        value, plain = _current(self._attributes[wire], self._patch)
        if not plain:
            self._foreign.add(wire)
        return value

    def _check(self, patch: JSON) -> None:
        after = self._draft.document
        if type(after) is not dict or after.keys() != self._attributes.keys():
            # patch-attributes
            raise RefusedPatch(None, patch, "the result has other attributes than the document")
        for wire in self.touched:
            before = self._before[wire]
            if after[wire] is before:
                continue
            if self._attributes[wire].read_only and not equal(before, after[wire]):
                raise RefusedPatch(None, patch, f"{wire!r} is read-only")  # patch-read-only
            inside = self._draft.original(after[wire]) is before
            if inside and wire in self._foreign and self._attributes[wire].types is None:
                reason = f"{wire!r} is not of a JSON type, so it can only be replaced as a whole"
                raise RefusedPatch(None, patch, reason)
            if may_be_deep(patch) and is_deeper(after[wire], MAX_VALUE_DEPTH):
                raise RefusedPatch(None, patch, f"{wire!r} would be nested too deeply")

    def _accept(self) -> list[tuple[Attribute, object]]:
        """Validate the written values, all attributes of one object at once."""
        written: dict[int, dict[str, JSON]] = {}
        for wire in sorted(self.touched):
            attribute = self._attributes[wire]
            before, after = self._before[wire], self._draft.document[wire]
            if attribute.types is None or attribute.read_only or after is before:
                continue
            if not equal(before, after):
                written.setdefault(id(attribute.owner), {})[wire] = after
        return [accepted for values in written.values() for accepted in self._read_by_types(values)]

    def _read_by_types(self, values: dict[str, JSON]) -> list[tuple[Attribute, object]]:
        first = self._attributes[min(values)]
        types = first.types
        assert types is not None  # `_accept` selects typed attributes
        try:
            with validating():
                read = types.read({self._attributes[w].name: v for w, v in values.items()})
        except Exception as error:
            raise RefusedState(min(values), f"its type rejects it: {reason_of(error)}") from error
        synced = {a.name: a for a in self._attributes.values() if a.owner is first.owner}
        self.affected |= {synced[name].wire for name in read if name in synced}
        return [(synced.get(name) or types.attribute(name), value) for name, value in read.items()]

    def _assign_typed(self, attribute: Attribute, value: object) -> None:
        """Update the live value from a validated one."""
        live = attribute.read()
        if not attribute.is_shared(live):
            self._in_place.map_live(self._before.get(attribute.wire), live)
        json = self._draft.document.get(attribute.wire)
        self._write(attribute, self._in_place.update(value, json))

    def _write(self, attribute: Attribute, value: object) -> None:
        with suppress(Exception):  # a getter that raises can't be undone
            live = attribute.read()
            if live is value:
                return
            self._assigned.append((attribute, live))
            value = track(value, like=live)
        try:
            attribute.write(value)
        except Exception as error:
            reason = f"the object rejected the value: {error!r}"
            raise RefusedState(attribute.wire, reason) from error

    def _assign(self) -> list[JSON]:
        """Assign values that can't be changed in place, and return the drafts of those that can."""
        in_place: list[JSON] = []
        for attribute, value in self._accepted:
            self._assign_typed(attribute, value)
        for wire in sorted(self.touched):
            attribute, before = self._attributes[wire], self._before[wire]
            after = self._draft.document[wire]
            if after is before or attribute.read_only or attribute.types is not None:
                continue
            if wire in self._foreign and equal(before, after):
                continue  # the value does not change
            if self._can_change_in_place(attribute, after):
                in_place.append(after)
                continue
            self._write(attribute, deepcopy(after) if attribute.is_shared(before) else after)
        return in_place

    def _can_change_in_place(self, attribute: Attribute, value: JSON) -> bool:
        if attribute.computed:
            return False
        live = attribute.read()
        return self._draft.original(value) is live and not attribute.is_shared(live)


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
    named = {
        wire: value
        for wire, value in state.items()
        if not attributes[wire].read_only  # state-set-read-only
    }
    operations = [
        operation
        for wire, value in named.items()
        for operation in diff(_current(attributes[wire])[0], value, join(wire))
    ]
    if len(operations) > MAX_OPERATIONS:  # replacing is cheaper, and a draft accepts no more
        return [{"op": "replace", "path": join(wire), "value": named[wire]} for wire in named]
    return operations


def current_value(attribute: Attribute) -> JSON:
    """Return the live value, which the caller must not change; None if it has no JSON form."""
    return _current(attribute)[0]


def _touched(patch: JSON, names: Mapping[str, object]) -> set[str]:
    """Return the attributes that a patch touches; an invalid patch touches none."""
    touched: set[str] = set()
    operations = patch if type(patch) is list else []
    for operation in operations:
        for member in ("path", "from"):
            try:
                path = parse(operation[member])
            except (Refused, LookupError, TypeError):
                continue  # the draft reports the error
            touched |= {path[0]} if path else names.keys()
    return touched & names.keys()


def _current(attribute: Attribute, patch: JSON = None) -> tuple[JSON, bool]:
    """Return the live value and True, or a JSON copy and False when it has other types than JSON's.

    A value without a JSON form is returned as None: it can be replaced, but not changed in part.

    Args:
        attribute: the attribute.
        patch: the patch that will be applied to the value; if it has one operation, only the part
            of the value that this operation touches is checked.
    """
    try:
        value, shown = attribute.read(), attribute.plain()
        is_typed = attribute.types is not None  # a type validates the whole value
        if shown is value and (
            (not is_typed and _is_plain_where(value, patch)) or _is_plain(value)
        ):
            return value, True
        text = dump(shown, to_json)
        return read_own(text.text, text.native), False
    except Exception:  # noqa: BLE001  # a property raised, or there is no JSON form
        return None, False


def _is_plain_where(value: object, patch: JSON) -> bool:
    """Return whether the part of a value that a one-operation patch touches has JSON's types."""
    if type(patch) is not list or len(patch) != 1 or patch[0].get("op") not in _LOCAL:
        return False
    for token in parse(patch[0]["path"])[1:]:
        if type(value) in _DICTS:
            if not _has_plain_names(value):
                return False
            value = value.get(token)  # type: ignore[attr-defined]
        elif type(value) in _LISTS:
            if token == "-":  # the position after the last element
                return True
            value = value[index(token, len(value) + 1) :][:1]  # type: ignore[index, arg-type]
            value = value[0] if value else None  # type: ignore[index]
        else:
            return False
    return _is_plain(value)


_LOCAL = frozenset({"add", "remove", "replace", "test"})
_SCALARS = frozenset({str, int, bool, type(None)})
_LISTS = frozenset({list, SyncedList})
_DICTS = frozenset({dict, SyncedDict})


def _has_plain_names(value: object) -> bool:
    return set(map(type, value)) <= {str}  # type: ignore[call-overload]


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind in _SCALARS:
        return True
    if kind is float:
        return math.isfinite(value)  # type: ignore[arg-type]
    if kind in _DICTS:
        if not _has_plain_names(value):
            return False
        value = value.values()  # type: ignore[attr-defined]
    elif kind not in _LISTS:
        return False
    # most elements are scalars, which are checked together
    return set(map(type, value)) <= _SCALARS or all(map(_is_plain, value))  # type: ignore[call-overload]
