"""Changes of live objects, each at the deepest place that differs, and how they are undone.

An edit is applied to the object as it is now. An element of an array is found by its identity: at
its old index first, then anywhere. So entries that other code added in between stay.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel

from ws_sync._binding.attributes import Attribute
from ws_sync._core.tracked.containers import track
from ws_sync.exceptions import Refused, RefusedState

Undo: TypeAlias = Callable[[], None]
Map: TypeAlias = Callable[[Any], Any]
"""Returns the object to use instead of one: itself, or its copy."""

Change: TypeAlias = tuple[int, Sequence[Any], Sequence[Any]]
"""A replacement of elements: the index of the first one, the old values, and the new ones."""

MISSING = object()
"""Marks a member that does not exist."""


def same(value: Any) -> Any:
    """Return the value: a `Map` for live objects."""
    return value


@dataclass(eq=False)
class Edit:
    """A change of one object."""

    target: Any

    def apply(self, to: Any, using: Map) -> Undo:
        """Change the target, or a copy of it. Return how to undo that.

        Raises:
            Refused: the place is not there any more.
        """
        raise NotImplementedError

    def values(self) -> Iterator[Any]:
        """Yield the values that it puts into the target."""
        return iter(())


@dataclass(eq=False)
class Splice(Edit):
    """A replacement of elements of a list or deque.

    Attributes:
        start: the index of the first replaced element when the edit was planned.
        removed: the replaced elements.
        added: those that take their place.
        neighbours: the elements before and after, to find the place of an insertion.
    """

    start: int
    removed: Sequence[Any]
    added: Sequence[Any]
    neighbours: tuple[Any, Any] = (MISSING, MISSING)

    def values(self) -> Iterator[Any]:
        """Yield the added elements."""
        return iter(self.added)

    def apply(self, to: Any, using: Map) -> Undo:
        """Replace the elements."""
        removed = list(map(using, self.removed))
        start = _locate(to, self.start, removed, tuple(map(using, self.neighbours)))
        splice(to, start, start + len(removed), list(map(using, self.added)))
        put = [to[start + number] for number in range(len(self.added))]

        def undo() -> None:
            where = _locate(to, start, put, (MISSING, MISSING))
            splice(to, where, where + len(put), removed)

        return undo


def splices_of(live: Any, values: Sequence[Any], change: Change, length: int) -> Iterator[Splice]:
    """Yield the splice for a change of a list, if there is any, without what stays at both ends.

    Args:
        live: the list.
        values: its elements before the change, perhaps with more that a thread has appended.
        change: the change.
        length: the number of elements before the change.
    """
    start, old, new = change
    room = min(len(old), len(new))
    front = next((n for n in range(room) if old[n] is not new[n]), room)
    room -= front
    end = next((n for n in range(room) if old[-1 - n] is not new[-1 - n]), room)
    old, new, start = old[front : len(old) - end], new[front : len(new) - end], start + front
    if old or new:
        stop = start + len(old)
        before = values[start - 1] if start else MISSING
        yield Splice(live, start, old, new, (before, values[stop] if stop < length else MISSING))


def splice(target: Any, start: int, stop: int, values: list[Any]) -> None:
    """Replace elements of a list or deque."""
    if not isinstance(target, deque):
        if stop - start == len(values) == 1:
            target[start] = values[0]
        else:
            target[start:stop] = values
        return
    both = min(stop - start, len(values))
    for offset in range(both):
        target[start + offset] = values[offset]
    for _ in range(start + both, stop):
        del target[start + both]
    for offset in range(both, len(values)):
        target.insert(start + offset, values[offset])


def _locate(target: Any, start: int, elements: list[Any], neighbours: tuple[Any, ...]) -> int:
    """Return the present index of elements that follow one another."""
    if elements:
        if _is_at(target, start, elements):
            return start
        for index in range(len(target) - len(elements) + 1):
            if target[index] is elements[0] and _is_at(target, index, elements):
                return index
        raise Refused("an element that the write replaces was removed by the server meanwhile")
    before, after = neighbours
    length = len(target)
    if after is MISSING or before is MISSING:
        if before is MISSING is after:
            return min(start, length)
        if after is MISSING:  # at the end
            return length
    if start < length and target[start] is after:
        return start
    if 0 < start <= length and target[start - 1] is before:
        return start
    for index in range(length):
        if target[index] is after:
            return index
        if target[index] is before:
            return index + 1
    return min(start, length)


def _is_at(target: Any, start: int, elements: list[Any]) -> bool:
    if not 0 <= start <= len(target) - len(elements):
        return False
    return all(target[start + number] is each for number, each in enumerate(elements))


@dataclass(eq=False)
class SetEntry(Edit):
    """An assignment or a removal of an entry of a dict."""

    key: Any
    value: Any

    def values(self) -> Iterator[Any]:
        """Yield the value."""
        return iter(() if self.value is MISSING else (self.value,))

    def apply(self, to: Any, using: Map) -> Undo:
        """Set or delete the entry."""
        before = to.get(self.key, MISSING)
        order = list(to) if self.value is MISSING else []
        _set_entry(to, self.key, self.value if self.value is MISSING else using(self.value))

        def undo() -> None:
            _set_entry(to, self.key, before)
            if order and before is not MISSING:
                for key in order[order.index(self.key) + 1 :]:
                    if key in to:
                        to[key] = to.pop(key)

        return undo


def _set_entry(target: Any, key: Any, value: Any) -> None:
    if value is not MISSING:
        target[key] = value
    elif key in target:
        del target[key]


@dataclass(eq=False)
class SetElements(Edit):
    """Elements that a set loses and gets."""

    removed: Sequence[Any]
    added: Sequence[Any]

    def values(self) -> Iterator[Any]:
        """Yield the new elements."""
        return iter(self.added)

    def apply(self, to: Any, using: Map) -> Undo:
        """Change the set."""
        before = set(to)
        to.difference_update(map(using, self.removed))
        to.update(map(using, self.added))
        gone, come = before - to, to - before

        def undo() -> None:
            to.difference_update(come)
            to.update(gone)

        return undo


@dataclass(eq=False)
class SetField(Edit):
    """An assignment of a field of a model or a dataclass that was validated before."""

    name: str
    value: Any

    def values(self) -> Iterator[Any]:
        """Yield the value."""
        return iter((self.value,))

    def apply(self, to: Any, using: Map) -> Undo:
        """Assign the field."""
        before = getattr(to, self.name, MISSING)
        value = track(using(self.value), like=before)
        if not isinstance(to, BaseModel):
            object.__setattr__(to, self.name, value)
            return lambda: restore(to, self.name, before)
        was_set = self.name in to.__pydantic_fields_set__
        vars(to)[self.name] = value
        to.__pydantic_fields_set__.add(self.name)

        def undo() -> None:
            restore(to, self.name, before)
            if not was_set:
                to.__pydantic_fields_set__.discard(self.name)

        return undo


def restore(target: Any, name: str, value: Any) -> None:
    """Restore a plain attribute without calling code of the application."""
    if isinstance(target, BaseModel):
        _set_entry(vars(target), name, value)
    elif value is not MISSING:
        object.__setattr__(target, name, value)
    else:
        with suppress(AttributeError):
            object.__delattr__(target, name)


@dataclass(eq=False)
class Assign(Edit):
    """An assignment of an attribute, as the application would assign it.

    Attributes:
        attribute: the attribute of the target.
        value: the value.
    """

    attribute: Attribute
    value: Any

    @property
    def runs_code(self) -> bool:
        """Whether code of the application may run."""
        cls = type(self.attribute.owner)
        if cls.__setattr__ not in (object.__setattr__, BaseModel.__setattr__):
            return True
        return hasattr(getattr(cls, self.attribute.name, None), "__set__")

    def values(self) -> Iterator[Any]:
        """Yield the value."""
        return iter((self.value,))

    def apply(self, to: Any, using: Map) -> Undo:
        """Assign the attribute; a setter is called.

        Raises:
            RefusedState: the setter raised an error.
        """
        attribute, name = self.attribute, self.attribute.name
        if to is not attribute.owner:  # a copy
            vars(to)[name] = using(self.value)
            return lambda: None
        before: Any = MISSING
        with suppress(Exception):  # a getter that raises can't be undone
            before = attribute.read()
        own = vars(to).get(name, MISSING) if hasattr(to, "__dict__") else before
        fields_set = set(getattr(to, "__pydantic_fields_set__", ()))
        try:
            attribute.write(track(using(self.value), like=before))
        except BaseException as error:
            self._undo(to, own, before, fields_set, failed=True)
            if isinstance(error, Exception | CancelledError):
                reason = f"the object rejected the value: {error!r}"
                raise RefusedState(attribute.wire, reason) from error
            raise
        return lambda: self._undo(to, own, before, fields_set)

    def _undo(self, to: Any, own: Any, before: Any, fields_set: Any, failed: bool = False) -> None:
        if self.attribute.computed:
            if before is not MISSING and not failed:
                with suppress(Exception, CancelledError):  # a setter may reject its own old value
                    self.attribute.write(before)
            return
        restore(to, self.attribute.name, own)
        if isinstance(to, BaseModel):
            to.__pydantic_fields_set__.intersection_update(fields_set)
