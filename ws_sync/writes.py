"""Writes of the client, carried over to the live objects.

A write is tried on a draft first, so that a refused one has changed nothing; then it is grafted
into the lists and dicts that are there: what the write does not touch stays as it is, and the same
object (state-unsynced-kept). A `_SET` is a patch that makes the members that it names of the
current ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress

from ws_sync.attributes import Attribute
from ws_sync.calling import to_json
from ws_sync.codec import JSON, MAX_VALUE_DEPTH, decode_value, encode, is_deeper
from ws_sync.diff import diff
from ws_sync.equality import equal
from ws_sync.exceptions import Refused, RefusedPatch, RefusedState
from ws_sync.patch import Draft
from ws_sync.pointer import join, parse

_UNTOUCHED = object()
"""Stands for an attribute that a write does not concern."""


class Write:
    """One write of the client: made and checked first, then committed.

    Attributes:
        touched: names on the wire of the attributes that it reads or writes.
    """

    def __init__(self, attributes: Mapping[str, Attribute], patch: JSON) -> None:
        """Try a patch on the attributes, which are given by their names on the wire.

        Raises:
            RefusedPatch: it can't be applied, or its result can't be the state.
        """
        self._attributes = attributes
        self.touched = _touched(patch, attributes)
        self._before: dict[str, JSON] = {
            wire: _current(attribute) if wire in self.touched else _UNTOUCHED
            for wire, attribute in attributes.items()
        }
        self._draft = Draft(self._before)
        self._draft.apply(patch)
        self._check(patch)

    def commit(self) -> None:
        """Carry the write over to the live objects.

        Raises:
            RefusedState: a setter of the application raised; everything is as before.
        """
        grafts = self._assign()
        for value in grafts:
            self._draft.settle(value)

    def _check(self, patch: JSON) -> None:
        after = self._draft.document
        if type(after) is not dict or after.keys() != self._attributes.keys():
            # patch-attributes
            raise RefusedPatch(None, patch, "the result has other attributes than the document")
        for wire in self.touched:
            before = self._before[wire]
            if self._attributes[wire].read_only and not equal(before, after[wire]):
                raise RefusedPatch(None, patch, f"{wire!r} is read-only")  # patch-read-only
            if is_deeper(after[wire], MAX_VALUE_DEPTH):
                raise RefusedPatch(None, patch, f"{wire!r} would be nested too deep")

    def _assign(self) -> list[JSON]:
        """Assign what is not grafted, and return what is to be."""
        grafts: list[JSON] = []
        assigned: list[tuple[Attribute, object]] = []
        for wire in sorted(self.touched):
            attribute, before = self._attributes[wire], self._before[wire]
            after = self._draft.document[wire]
            if after is before or attribute.read_only:
                continue
            if not attribute.computed and self._draft.original(after) is attribute.read():
                grafts.append(after)
                continue
            try:
                old = attribute.read()
                attribute.write(after)
            except Exception as error:
                _restore(assigned)
                raise RefusedState(wire, f"the object refused the value: {error!r}") from error
            assigned.append((attribute, old))
        return grafts


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
    return [
        operation
        for wire, value in state.items()
        if not attributes[wire].read_only  # state-set-read-only
        for operation in diff(_current(attributes[wire]), value, join(wire))
    ]


def _restore(assigned: list[tuple[Attribute, object]]) -> None:
    for attribute, old in reversed(assigned):
        with suppress(Exception):  # a setter that does not take its own value back
            attribute.write(old)


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


def _current(attribute: Attribute) -> JSON:
    """Return the live value, or a JSON copy of it when it is not made of JSON's types.

    A value that has no JSON form at all is None: it can be replaced, but not be built upon.
    """
    try:
        value = attribute.read()
        return value if _is_plain(value) else decode_value(encode(value, to_json))
    except Exception:  # noqa: BLE001  # a property of the application, or a value without JSON form
        return None


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return True
    if kind is float:
        return math.isfinite(value)  # type: ignore[arg-type]
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(type(name) is str for name in value) and all(map(_is_plain, value.values()))
    return False
