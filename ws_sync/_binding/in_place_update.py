"""Update live objects in place from validated values.

A client writes into JSON. Each array and object of that JSON represents a live list, dict, model or
dataclass, to which the application may have other references. The live object keeps its identity
and its unsynced members as long as its JSON is still there and has the same type
(state-unsynced-kept). Frozen objects are replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from ws_sync._binding.wire_names import wire_names_of
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.patch import rewrite_dict, rewrite_list
from ws_sync._core.tracked.containers import SyncedDict, SyncedList

_CONTAINERS = frozenset({dict, list, SyncedDict, SyncedList})
_TRACKED = frozenset({(SyncedDict, dict), (SyncedList, list)})


class InPlaceUpdate:
    """The live objects that some JSON represents, and how to undo their changes."""

    def __init__(self, original: Callable[[JSON], JSON]) -> None:
        """Create an update of no objects; `map_live` adds them.

        Args:
            original: returns the container that a container of the written JSON was copied from,
                or itself.
        """
        self._original = original
        self._live: dict[int, tuple[JSON, object]] = {}  # the JSON and the object, by id(JSON)
        self._names: dict[type, dict[str, str]] = {}  # a cache for the many objects of one update
        self._used: set[int] = set()
        self._undo: list[Callable[[], None]] = []

    def map_live(self, json: JSON, live: object) -> None:
        """Record which live object each container of some JSON represents."""
        if id(json) in self._live:
            return
        if isinstance(json, dict):
            self._map_members(json, live)
        elif isinstance(json, list) and isinstance(live, list | tuple) and len(json) == len(live):
            self._live[id(json)] = json, live
            for element, value in zip(json, live, strict=True):
                if type(element) in _CONTAINERS:
                    self.map_live(element, value)

    def _map_members(self, json: dict[str, JSON], live: object) -> None:
        if isinstance(live, dict):
            self._live[id(json)] = json, live
            for wire, value in json.items():
                if type(value) in _CONTAINERS and wire in live:
                    self.map_live(value, live[wire])
        elif names := self._wire_names(live):
            self._live[id(json)] = json, live
            for wire, value in json.items():
                if type(value) in _CONTAINERS and wire in names:
                    self.map_live(value, _get(live, names[wire]))

    def _wire_names(self, live: object) -> dict[str, str]:
        """Return the field names of a model or a dataclass, by name on the wire."""
        known = self._names.get(type(live))
        if known is None:
            known = {wire: name for name, wire in _names(live).items()}
            self._names[type(live)] = known
        return known

    def update(self, new: object, json: JSON) -> object:
        """Return the live object updated to equal `new`, or `new` if there is none.

        Args:
            new: the validated value.
            json: the JSON that `new` was created from.
        """
        if type(json) not in _CONTAINERS:
            return new
        _, live = self._live.get(id(json), (None, None))
        if _is_kind(live, new) and live == new and not _is_fixed(live):
            self._used.add(id(live))
            return live  # the client has not changed it
        target = self._target(new, json)
        if isinstance(new, list) and isinstance(json, list):
            return self._update_list(target, new, json)
        if isinstance(new, dict) and isinstance(json, dict):
            return self._update_dict(target, new, json)
        if _is_fixed(new) or not (names := _names(new)) or not isinstance(json, dict):
            return new
        into = new if target is None else target
        if target is not None:
            self._save_members(target)
        for name, wire in names.items():
            value = _get(new, name)
            value = self.update(value, json[wire]) if wire in json else value
            if value is not _get(into, name):
                vars(into)[name] = value
        if isinstance(into, BaseModel) and isinstance(new, BaseModel):
            into.__pydantic_fields_set__.update(new.__pydantic_fields_set__)
        return into

    def undo(self) -> None:
        """Restore every live object."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    def _target(self, new: object, json: JSON) -> Any:
        _, live = self._live.get(id(self._original(json)), (None, None))
        if live is None or id(live) in self._used or _is_fixed(live):
            return None  # an object that is used twice becomes two objects
        fits = isinstance(live, type(new)) if _names(new) else _is_kind(live, new)
        if fits:
            self._used.add(id(live))
        return live if fits else None

    def _update_list(self, target: Any, new: list[Any], json: list[JSON]) -> object:
        elements = list(new)
        if len(new) == len(json):
            elements = [self.update(*pair) for pair in zip(new, json, strict=True)]
        into = new if target is None else target
        before = list(into)
        self._undo.append(lambda: into.__setitem__(slice(None), before))
        rewrite_list(into, elements)
        return into

    def _update_dict(self, target: Any, new: dict[Any, Any], json: dict[str, JSON]) -> object:
        members = {
            name: self.update(value, json[name]) if name in json else value
            for name, value in new.items()
        }
        into = new if target is None else target
        before = dict(into)

        def undo() -> None:
            into.clear()
            into.update(before)

        self._undo.append(undo)
        rewrite_dict(into, members)
        return into

    def _save_members(self, target: object) -> None:
        members = dict(vars(target))
        fields_set = set(getattr(target, "__pydantic_fields_set__", ()))

        def undo() -> None:
            vars(target).clear()
            vars(target).update(members)
            if isinstance(target, BaseModel):
                target.__pydantic_fields_set__.clear()
                target.__pydantic_fields_set__.update(fields_set)

        self._undo.append(undo)


def _names(value: object) -> dict[str, str]:
    """Return the names on the wire of a model's or a dataclass' fields, by field name."""
    if type(value) in _CONTAINERS or not hasattr(value, "__dict__"):
        return {}
    return wire_names_of(type(value))


def _is_kind(live: object, new: object) -> bool:
    """Return whether both have the same type, where a tracked type counts as its base."""
    return type(live) is type(new) or (type(live), type(new)) in _TRACKED


def _is_fixed(value: object) -> bool:
    """Return whether a model or a dataclass is frozen."""
    if isinstance(value, BaseModel):
        return bool(value.model_config.get("frozen"))
    parameters = getattr(type(value), "__dataclass_params__", None)
    return parameters is not None and parameters.frozen


def _get(value: object, name: str) -> Any:
    return getattr(value, name, None)
