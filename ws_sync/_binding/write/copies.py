"""Copies of live objects, on which validators of the application run.

A copy shares nothing mutable with the live object, as far as the kinds are known: lists, dicts,
sets, deques, tuples, tracked containers, dataclasses and models with their private attributes.
Other objects are shared.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from ws_sync._binding.write.edits import MISSING, Edit, SetElements, SetEntry, SetField, splices_of
from ws_sync._core.tracked.containers import SyncedDict, SyncedList

_LISTS = frozenset({list, SyncedList, deque})
_DICTS = frozenset({dict, SyncedDict, OrderedDict, Counter, defaultdict})
_TUPLES = (tuple, frozenset)


class Copies:
    """Copies of live objects, each made once."""

    def __init__(self) -> None:
        self._copies: dict[
            int, tuple[Any, Any]
        ] = {}  # the object and its copy, by id of the object
        self._live: dict[int, Any] = {}  # by id of the copy
        self._fresh: dict[int, Any] = {}  # objects that are used as they are
        self.made: list[int] = []  # ids of objects that were copied, for the caller to take

    def __contains__(self, live: object) -> bool:
        return id(live) in self._copies

    def keep(self, value: object) -> None:
        """Use a new object as it is."""
        self._fresh[id(value)] = value

    def is_fresh(self, value: object) -> bool:
        """Return whether an object is used as it is."""
        return id(value) in self._fresh

    def of(self, value: Any) -> Any:
        """Return the copy of a value."""
        if id(value) in self._fresh:
            return value
        known = self._copies.get(id(value))
        return self._make(value) if known is None else known[1]

    def _note(self, live: Any, copy: Any) -> Any:
        self._copies[id(live)] = live, copy
        self._live[id(copy)] = live
        self.made.append(id(live))
        return copy

    def _make(self, value: Any) -> Any:
        kind = type(value)
        if kind in _LISTS:
            copy = self._note(value, deque(maxlen=value.maxlen) if kind is deque else kind())
            copy.extend(list(map(self.of, list(value))))
            return copy
        if kind in _DICTS:
            copy = kind(value.default_factory) if kind is defaultdict else kind()
            copy = self._note(value, copy)
            copy.update({key: self.of(each) for key, each in list(value.items())})
            return copy
        if kind is set:
            return self._note(value, set(map(self.of, list(value))))
        if isinstance(value, _TUPLES):
            parts = [self.of(each) for each in value]
            if all(one is other for one, other in zip(parts, value, strict=True)):
                return value
            return self._note(value, getattr(kind, "_make", kind)(parts))
        if isinstance(value, BaseModel):
            return self._make_model(value)
        if is_dataclass(value) and not isinstance(value, type):
            copy = self._note(value, object.__new__(kind))
            for name, each in _values(value).items():
                object.__setattr__(copy, name, self.of(each))
            return copy
        return value

    def _make_model(self, value: BaseModel) -> BaseModel:
        copy: BaseModel = self._note(value, object.__new__(type(value)))
        private = value.__pydantic_private__
        extra = value.__pydantic_extra__
        object.__setattr__(copy, "__pydantic_fields_set__", set(value.__pydantic_fields_set__))
        object.__setattr__(copy, "__pydantic_private__", None if private is None else {})
        object.__setattr__(copy, "__pydantic_extra__", None if extra is None else self.of(extra))
        object.__setattr__(copy, "__dict__", {})
        vars(copy).update({name: self.of(each) for name, each in vars(value).items()})
        if private is not None:
            object.__setattr__(copy, "__pydantic_private__", self.of(private))
        return copy

    def contents(self, copy: Any) -> list[tuple[Any, Any, Any]]:
        """Return the live object, the copy and its present contents, for all copies in a copy."""
        found: dict[int, tuple[Any, Any, Any]] = {}
        waiting = [copy]
        while waiting:
            each = waiting.pop()
            if id(each) in found or (contents := _contents(each)) is None:
                continue
            live = self._live.get(id(each), MISSING)
            found[id(each)] = live, each, contents
            waiting += contents.values() if isinstance(contents, dict) else contents
            waiting += (getattr(each, "__pydantic_private__", None),)
            waiting += (getattr(each, "__pydantic_extra__", None),)
        return [entry for entry in found.values() if entry[0] is not MISSING]

    def edits(self, before: list[tuple[Any, Any, Any]]) -> list[Edit]:
        """Return the edits of live objects that do what code has done to the copies.

        Args:
            before: the contents before that code ran.
        """
        return [edit for entry in before for edit in self._changes(*entry)]

    def _changes(self, live: Any, copy: Any, before: Any) -> Iterator[Edit]:
        now = _contents(copy)
        if isinstance(live, _TUPLES):
            return
        if type(live) in _LISTS:
            old, new = [self.live(each) for each in before], [self.live(each) for each in now]
            yield from splices_of(live, old, (0, old, new), len(old))
        elif type(live) is set:
            removed = [self.live(each) for each in before - now]
            if removed or now - before:
                yield SetElements(live, removed, [self.live(each) for each in now - before])
        elif now is not None:
            is_dict = type(live) in _DICTS
            for name in dict.fromkeys([*before, *now]):
                value = now.get(name, MISSING)
                if value is before.get(name, MISSING):
                    continue
                value = value if value is MISSING else self.live(value)
                if is_dict or value is MISSING:
                    yield SetEntry(live if is_dict else vars(live), name, value)
                else:
                    yield SetField(live, name, value)

    def live(self, value: Any) -> Any:
        """Return the live object of a copy; a new object is returned with live objects inside."""
        if id(value) in self._live:
            return self._live[id(value)]
        if id(value) in self._fresh:
            return value
        kind = type(value)
        if kind in _LISTS:
            self.keep(value)
            for index, each in enumerate(list(value)):
                if (known := self.live(each)) is not each:
                    value[index] = known
        elif kind in _DICTS:
            self.keep(value)
            for name, each in list(value.items()):
                if (known := self.live(each)) is not each:
                    value[name] = known
        elif isinstance(value, (*_TUPLES, set)):
            parts = [self.live(each) for each in value]
            if all(one is other for one, other in zip(parts, value, strict=True)):
                return value
            return getattr(kind, "_make", kind)(parts)
        elif isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
            self.keep(value)
            for name, each in _values(value).items():
                if (known := self.live(each)) is not each:
                    object.__setattr__(value, name, known)
        return value


def _contents(value: Any) -> Any:
    if type(value) in _LISTS:
        return list(value)
    if type(value) in _DICTS:
        return dict(value)
    if type(value) is set:
        return set(value)
    if isinstance(value, _TUPLES):
        return list(value)
    if isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
        return _values(value)
    return None


def _values(value: Any) -> dict[str, Any]:
    """Return the attributes of a model or a dataclass."""
    if hasattr(value, "__dict__"):
        return dict(vars(value))
    return {f.name: getattr(value, f.name) for f in fields(value) if hasattr(value, f.name)}
