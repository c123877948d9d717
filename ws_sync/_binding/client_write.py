"""Writes of the client, carried over to the live objects.

A write is tried on a draft first, so that a refused one has changed nothing; then it is grafted
into the lists and dicts that are there: what the write does not touch stays as it is, and the same
object (state-unsynced-kept). A `_SET` is a patch that makes the members that it names of the
current ones.

A value that has a type (see `typed`) is made anew by it from the JSON that the client wrote into,
and put in the place of the live one (see `grafting`). Without a type, only what is made of JSON's
own types can be written into. Any other value (a dataclass, a tuple, a dict with numbers as keys, a
subclass of list) can be replaced as a whole, but not in parts: the client would make another type
of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy

from ws_sync._binding.annotations import reason_of
from ws_sync._binding.attribute_types import trial
from ws_sync._binding.attributes import Attribute, to_json
from ws_sync._binding.in_place_update import Graft
from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, dump, is_deeper, read_own
from ws_sync._core.json.diff import diff
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import MAX_OPERATIONS, Draft, may_be_deep, measure
from ws_sync._core.json.pointer import index, join, parse
from ws_sync._core.tracked.containers import SyncedDict, SyncedList, track
from ws_sync.exceptions import Refused, RefusedPatch, RefusedState

_UNTOUCHED = object()
"""Stands for an attribute that a write does not concern."""


class Write:
    """One write of the client: made and checked first, then committed.

    Attributes:
        touched: names on the wire of the attributes that it reads or writes.
        affected: those, and others that their types change along with them.
    """

    def __init__(self, attributes: Mapping[str, Attribute], patch: JSON) -> None:
        """Try a patch on the attributes, which are given by their names on the wire.

        Raises:
            RefusedPatch: it can't be applied, or its result can't be the state.
            RefusedState: a type refuses what an attribute would be.
        """
        self._attributes = attributes
        self.touched = _touched(patch, attributes)
        self.affected = set(self.touched)
        self._foreign: set[str] = set()  # attributes whose value is not made of JSON's types
        self._patch = patch
        self._assigned: list[tuple[Attribute, object]] = []  # with their values from before
        self._before: dict[str, JSON] = {wire: self._read(wire) for wire in attributes}
        self._draft = Draft(self._before)
        self._draft.apply(patch)
        self._check(patch)
        self._graft = Graft(self._draft.original)
        self._accepted = self._accept()  # values of attributes that have types

    def before(self, wire: str) -> JSON:
        """Return the value of a touched attribute as it was."""
        return self._before[wire]

    def after(self, wire: str) -> JSON:
        """Return the value of a touched attribute as it shall be."""
        return self._draft.document[wire]

    def is_grafted(self, wire: str) -> bool:
        """Tell whether the change is surely made inside the list or dict that the attribute is."""
        attribute, after = self._attributes[wire], self.after(wire)
        if attribute.read_only or attribute.types is not None:  # a type may make another value
            return False
        return self._can_be_grafted(attribute, after)

    def commit(self) -> None:
        """Carry the write over to the live objects.

        Raises:
            RefusedState: a setter of the application raised; everything is as before.
            Exception: something else did; everything is as before.
        """
        try:
            for value in self._assign():
                self._draft.write_back(value)
        except Exception:
            self.undo()
            raise

    def undo(self) -> None:
        """Bring everything back to where it was before `commit`."""
        self._draft.revert()
        self._graft.undo()
        for attribute, old in reversed(self._assigned):
            with suppress(Exception):  # a setter that does not take its own value back
                attribute.write(old)
        self._assigned.clear()

    def most_growth(self) -> int:
        """Bound by how much the write can make the document larger, without measuring it."""
        return self._draft.growth + sum(measure(each.get("value")) for each in self._patch)

    def sizes(self) -> tuple[int, int]:
        """Measure what is touched, before and after, in about the characters of JSON text."""
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
                reason = f"{wire!r} is not made of JSON's types: it can only be replaced"
                raise RefusedPatch(None, patch, reason)
            if may_be_deep(patch) and is_deeper(after[wire], MAX_VALUE_DEPTH):
                raise RefusedPatch(None, patch, f"{wire!r} would be nested too deep")

    def _accept(self) -> list[tuple[Attribute, object]]:
        """Let types read what is written, all attributes of one object at once."""
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
        assert types is not None  # `_accept` has chosen those
        try:
            with trial():
                read = types.read({self._attributes[w].name: v for w, v in values.items()})
        except Exception as error:
            raise RefusedState(min(values), f"its type refuses it: {reason_of(error)}") from error
        synced = {a.name: a for a in self._attributes.values() if a.owner is first.owner}
        self.affected |= {synced[name].wire for name in read if name in synced}
        return [(synced.get(name) or types.attribute(name), value) for name, value in read.items()]

    def _place(self, attribute: Attribute, value: object) -> None:
        """Put what a type has read in the place of the live value."""
        live = attribute.read()
        if not attribute.is_shared(live):
            self._graft.pair(self._before.get(attribute.wire), live)
        json = self._draft.document.get(attribute.wire)
        self._write(attribute, self._graft.place(value, json))

    def _write(self, attribute: Attribute, value: object) -> None:
        with suppress(Exception):  # a getter that raises: there is no way back
            live = attribute.read()
            if live is value:
                return
            self._assigned.append((attribute, live))
            value = track(value, like=live)
        try:
            attribute.write(value)
        except Exception as error:
            reason = f"the object refused the value: {error!r}"
            raise RefusedState(attribute.wire, reason) from error

    def _assign(self) -> list[JSON]:
        """Assign what is not grafted, and return what is to be."""
        grafts: list[JSON] = []
        for attribute, value in self._accepted:
            self._place(attribute, value)
        for wire in sorted(self.touched):
            attribute, before = self._attributes[wire], self._before[wire]
            after = self._draft.document[wire]
            if after is before or attribute.read_only or attribute.types is not None:
                continue
            if wire in self._foreign and equal(before, after):
                continue  # it says what the value is already
            if self._can_be_grafted(attribute, after):
                grafts.append(after)
                continue
            self._write(attribute, deepcopy(after) if attribute.is_shared(before) else after)
        return grafts

    def _can_be_grafted(self, attribute: Attribute, value: JSON) -> bool:
        if attribute.computed:
            return False
        live = attribute.read()
        return self._draft.original(value) is live and not attribute.is_shared(live)


def state_patch(attributes: Mapping[str, Attribute], state: JSON) -> list[JSON]:
    """Return the patch that the `_SET` of a client stands for (state-set-merges).

    Raises:
        RefusedState: `state` is not an object, or names what is not synced.
    """
    if type(state) is not dict:
        raise RefusedState(None, "a state is an object")  # state-set-malformed
    for wire in state:
        if wire not in attributes:
            raise RefusedState(wire, "no attribute of this document")  # state-set-unknown
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
    if len(operations) > MAX_OPERATIONS:  # more than worth while, and more than a draft takes
        return [{"op": "replace", "path": join(wire), "value": named[wire]} for wire in named]
    return operations


def current(attribute: Attribute) -> JSON:
    """Return the live value; None when it has no JSON form. Nobody may change what is returned."""
    return _current(attribute)[0]


def _touched(patch: JSON, names: Mapping[str, object]) -> set[str]:
    """Return the attributes that a patch concerns; what is no patch concerns none."""
    touched: set[str] = set()
    operations = patch if type(patch) is list else []
    for operation in operations:
        for member in ("path", "from"):
            try:
                path = parse(operation[member])
            except (Refused, LookupError, TypeError):
                continue  # the draft says what is wrong with it
            touched |= {path[0]} if path else names.keys()
    return touched & names.keys()


def _current(attribute: Attribute, patch: JSON = None) -> tuple[JSON, bool]:
    """Return the live value and True, or a JSON copy of it when it is not made of JSON's types.

    A value that has no JSON form at all is None: it can be replaced, but not be built upon.

    Args:
        attribute: the attribute.
        patch: when a patch of one operation will be all that is done with the value, only what
            that reads or writes is judged.
    """
    try:
        value, shown = attribute.read(), attribute.plain()
        is_typed = attribute.types is not None  # a type reads the whole value
        if shown is value and (
            (not is_typed and _is_plain_where(value, patch)) or _is_plain(value)
        ):
            return value, True
        return read_own(*dump(shown, to_json)), False
    except Exception:  # noqa: BLE001  # a property of the application, or a value without JSON form
        return None, False


def _is_plain_where(value: object, patch: JSON) -> bool:
    """Tell whether all that a patch of one operation concerns in an attribute is made of JSON's."""
    if type(patch) is not list or len(patch) != 1 or patch[0].get("op") not in _LOCAL:
        return False
    for token in parse(patch[0]["path"])[1:]:
        if type(value) in _DICTS:
            if not _has_plain_names(value):
                return False
            value = value.get(token)  # type: ignore[attr-defined]
        elif type(value) in _LISTS:
            if token == "-":  # the place behind the last element
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
    # most values stand beside others of their kind, and are judged together
    return set(map(type, value)) <= _SCALARS or all(map(_is_plain, value))  # type: ignore[call-overload]
