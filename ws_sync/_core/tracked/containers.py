"""`SyncedList` and `SyncedDict`: a list and a dict that record their changes.

    self.rows = SyncedList(load_rows())
    self.rows[4711]["done"] = True
    await self.sync()  # costs the same with a hundred rows as with a million

Lists and dicts that you put in are copied to tracked ones, so that changes inside them are recorded
too. After that, work with the object in the container, not with the one you put in. Other mutable
objects are stored as they are: after a change in such an object, assign it again.

Each container records its own changes with the time of a common clock, and notifies the containers
that contain it. A reader remembers the time of its last read, so any number of readers can ask for
changes.

Several threads may change containers and read them. A change and its record are one step under
`LOCK`, so the records are in the order of the changes. A reader copies the records and the members
that they name under the lock, and encodes them after it. A member that changes in between is newer
than the reader's time, so the next read compares it again. No code of the application runs under
the lock, except the equality and the hashes of its own classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from operator import is_
from threading import RLock
from types import GenericAlias
from typing import Any, SupportsIndex, TypeAlias, final, get_args
from weakref import ref

from ws_sync._core.tracked.change_log import MISSING, DictChangeLog, Edit, ListChangeLog

_clock = count(1)

LOCK = RLock()  # re-entrant: the garbage collector may run a finalizer that changes a container


class ParentLink:
    """The place of a container in another one, its parent.

    Attributes:
        parent: a weak reference to the parent.
        times: how often the parent contains it.
        hint: index or key at which it was last found there.
    """

    __slots__ = ("hint", "parent", "times")

    def __init__(self, parent: Container, hint: Any) -> None:
        self.parent = ref(parent)
        self.times = 0
        self.hint = hint


@final
class SyncedList(list[Any]):
    """A list that records its changes. Otherwise it behaves as a list."""

    __slots__ = ("__weakref__", "_links", "_log")

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._log = ListChangeLog([])
        self._links: dict[int, ParentLink] = {}
        super().__init__(map(_tracked, values))
        with LOCK:
            for index, value in enumerate(self):
                _link(self, value, index)

    def append(self, value: Any) -> None:
        value = _tracked(value)
        with LOCK:
            self._splice(len(self), len(self), [value])

    def extend(self, values: Iterable[Any]) -> None:
        added = [*map(_tracked, values)]
        with LOCK:
            self._splice(len(self), len(self), added)

    def insert(self, index: SupportsIndex, value: Any) -> None:
        value = _tracked(value)
        with LOCK:
            start = slice(index, index).indices(len(self))[0]
            self._splice(start, start, [value])

    def pop(self, index: SupportsIndex = -1) -> Any:
        with LOCK:
            value = self[index]
            at = range(len(self))[index]
            self._splice(at, at + 1, [])
        return value

    def remove(self, value: Any) -> None:
        with LOCK:
            self.pop(self.index(value))

    def clear(self) -> None:
        with LOCK:
            self._splice(0, len(self), [])

    def reverse(self) -> None:
        with LOCK:
            super().reverse()
            self._reordered()

    def sort(self, **options: Any) -> None:
        before = list(self)
        after = sorted(before, **options)
        with LOCK:
            if len(self) != len(before) or not all(map(is_, self, before)):
                raise ValueError("list modified during sort")
            super().__setitem__(slice(None), after)
            self._reordered()

    def __setitem__(self, index: SupportsIndex | slice, value: Any) -> None:
        if isinstance(index, slice):
            self._set_slice(index, [*map(_tracked, value)])
            return
        value = _tracked(value)
        with LOCK:
            at = range(len(self))[index]
            self._splice(at, at + 1, [value])

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        if isinstance(index, slice):
            self._set_slice(index, None)
        else:
            self.pop(index)

    def __iadd__(self, values: Iterable[Any]) -> SyncedList:  # type: ignore[misc]
        self.extend(values)
        return self

    def __imul__(self, times: SupportsIndex) -> SyncedList:
        with LOCK:
            self._splice(0, len(self), list(self) * times.__index__())
        return self

    def __reduce_ex__(self, _protocol: SupportsIndex) -> tuple[Any, ...]:
        return type(self), (list(self),)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema by which pydantic validates it as a list; pydantic is not imported."""
        return _schema(cls, handler.generate_schema(GenericAlias(list, get_args(source) or (Any,))))

    def _set_slice(self, place: slice, added: list[Any] | None) -> None:
        """Replace the elements of a slice, or delete them if `added` is None."""
        with LOCK:
            start, stop, step = place.indices(len(self))
            if step == 1:
                self._splice(start, max(start, stop), added or [])
                return
            result = list(self)
            if added is None:
                del result[place]
            else:
                result[place] = added
            self._splice(0, len(self), result)

    def _splice(self, start: int, stop: int, added: list[Any]) -> None:
        """Replace elements, under the lock. Every change but a reordering ends here."""
        removed = self[start:stop]
        super().__setitem__(slice(start, stop), added)
        for value in removed:
            _unlink(self, value)
        for index, value in enumerate(added, start):
            _link(self, value, index)
        _record(self, Edit(start, len(removed), len(added)), next(_clock))

    def _reordered(self) -> None:
        for index, value in enumerate(self):
            if type(value) in TRACKED:
                value._links[id(self)].hint = index
        _record(self, Edit(0, len(self), len(self)), next(_clock))

    def _find(self, value: Any, hint: int) -> list[int]:
        """Return the index of a value, searched from the place where it was last found."""
        for distance in range(64):
            for index in (hint + distance, hint - distance):
                if 0 <= index < len(self) and self[index] is value:
                    return [index]
        return [index for index, other in enumerate(self) if other is value]

    def _edits(self, value: Any, link: ParentLink) -> list[Edit]:
        """Return the edits of this list that stand for a change inside an element."""
        if link.times > 1:
            found = [index for index, other in enumerate(self) if other is value]
        else:
            found = self._find(value, link.hint)
        link.hint = found[0]
        return [Edit(index, 1, 1) for index in found]


@final
class SyncedDict(dict[Any, Any]):
    """A dict that records its changes. Otherwise it behaves as a dict."""

    __slots__ = ("__weakref__", "_links", "_log")

    def __init__(self, *values: Any, **members: Any) -> None:
        self._log = DictChangeLog({})
        self._links: dict[int, ParentLink] = {}
        members = dict(*values, **members)
        super().__init__(zip(members, map(_tracked, members.values()), strict=True))
        with LOCK:
            for name, value in self.items():
                _link(self, value, name)

    def update(self, *values: Any, **members: Any) -> None:
        for name, value in dict(*values, **members).items():
            self[name] = value

    def setdefault(self, name: Any, default: Any = None) -> Any:
        with LOCK:
            if name not in self:
                self[name] = default
            return self[name]

    def pop(self, name: Any, *default: Any) -> Any:
        with LOCK:
            if name not in self:
                return super().pop(name, *default)
            value = self[name]
            del self[name]
        return value

    def popitem(self) -> tuple[Any, Any]:
        with LOCK:
            name, value = super().popitem()
            _unlink(self, value)
            _record(self, name, next(_clock))
        return name, value

    def clear(self) -> None:
        with LOCK:
            for name in list(self):
                del self[name]

    def __setitem__(self, name: Any, value: Any) -> None:
        value = _tracked(value)
        with LOCK:
            if type(before := self.get(name)) in TRACKED:
                _unlink(self, before)
            super().__setitem__(name, value)
            _link(self, value, name)
            _record(self, name, next(_clock))

    def __delitem__(self, name: Any) -> None:
        with LOCK:
            before = self.get(name)
            super().__delitem__(name)
            _unlink(self, before)
            _record(self, name, next(_clock))

    def __ior__(self, values: Any) -> SyncedDict:  # type: ignore[misc]
        self.update(values)
        return self

    def __reduce_ex__(self, _protocol: SupportsIndex) -> tuple[Any, ...]:
        return type(self), (dict(self),)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema by which pydantic validates it as a dict; pydantic is not imported."""
        return _schema(
            cls, handler.generate_schema(GenericAlias(dict, get_args(source) or (str, Any)))
        )

    def _edits(self, value: Any, link: ParentLink) -> list[Any]:
        """Return the names under which a changed value is found."""
        if link.times == 1 and self.get(link.hint, MISSING) is value:
            return [link.hint]
        found = [name for name, other in self.items() if other is value]
        link.hint = found[0]
        return found


Container: TypeAlias = SyncedList | SyncedDict

TRACKED = frozenset({SyncedList, SyncedDict})


def track(value: Any, like: object) -> Any:
    """Return a tracked copy of a value if the value that it replaces is tracked."""
    return _tracked(value) if type(like) in TRACKED else value


def change_log(container: Container) -> DictChangeLog | ListChangeLog:
    """Return the change log of a container."""
    return container._log


def _schema(kind: type[Any], schema: Any) -> dict[str, Any]:
    """Return the pydantic core schema that passes a validated value to `kind`."""
    function = {"type": "no-info", "function": kind}
    return {"type": "function-after", "function": function, "schema": schema}


def _tracked(value: Any) -> Any:
    kind = type(value)
    if kind is list:
        return SyncedList(value)
    return SyncedDict(value) if kind is dict else value


def _link(parent: Container, value: Any, hint: Any) -> None:
    if type(value) in TRACKED:
        link = value._links.get(id(parent))
        if link is None or link.parent() is not parent:
            link = value._links[id(parent)] = ParentLink(parent, hint)
        link.times += 1
        link.hint = hint


def _unlink(parent: Container, value: Any) -> None:
    if type(value) in TRACKED:
        link = value._links[id(parent)]
        link.times -= 1
        if not link.times:
            del value._links[id(parent)]


def _record(container: Container, edit: Any, now: int) -> None:
    """Record a change, and the change inside of every container around it."""
    log = container._log
    recorded = log.last_change == now  # inside of itself, or reached twice
    log.record(edit, now, len(container))
    if recorded:
        return
    for key, link in list(container._links.items()):
        parent = link.parent()
        if parent is None:
            del container._links[key]
            continue
        for place in parent._edits(container, link):
            _record(parent, place, now)
