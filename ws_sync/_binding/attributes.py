"""The synced attributes of an object: their names on the wire, how to read and write them.

An attribute is read-only when it can't be assigned (a property without a setter), or when it is
declared read-only.
"""

from __future__ import annotations

import asyncio
import reprlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from types import EllipsisType, MemberDescriptorType
from typing import Any, TypeAlias

from pydantic_core import to_jsonable_python

from ws_sync.exceptions import UnknownAttribute

Names: TypeAlias = Mapping[str, str | EllipsisType] | Iterable[str]
"""Attributes with their names on the wire; `...` or no name means the default name."""

ENDS = (asyncio.CancelledError, SystemExit, KeyboardInterrupt)
"""What would end the reading task, or the event loop, if a property raises it."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an object.

    Attributes:
        owner: the object.
        name: its name there.
        wire: its name in the document.
        read_only: whether only the server changes it.
        computed: whether it is a property.
        typed: whether it has a type, which validates what the client writes.
    """

    owner: object
    name: str
    wire: str
    read_only: bool
    computed: bool
    typed: bool = False

    @classmethod
    def of(cls, owner: object, name: str, wire: str, typed: bool = False) -> Attribute:
        """Return the description of an attribute.

        Raises:
            UnknownAttribute: the object does not have it.
        """
        behind = getattr(type(owner), name, None)
        computed = isinstance(behind, property | cached_property)
        if not computed and not hasattr(owner, name):
            raise UnknownAttribute(owner, name)
        read_only = computed and getattr(behind, "fset", None) is None
        return cls(owner, name, wire, read_only, computed, typed)

    def read(self) -> object:
        """Return the value.

        Raises:
            RuntimeError: a property raised one of `ENDS`.
            Exception: the exception of a property of the application.
        """
        try:
            return getattr(self.owner, self.name)
        except ENDS as error:
            raise RuntimeError(f"{self.name!r} can't be read: {error!r}") from error

    def plain(self) -> object:
        """Return the value as the client sees it: JSON, or objects that `to_json` converts.

        Raises:
            Exception: as `read` does.
        """
        return self.read()

    def reader(self) -> Callable[[], object]:
        """Return a fast getter equivalent to `plain()`."""
        behind = getattr(type(self.owner), self.name, None)
        if hasattr(behind, "__get__") and not isinstance(behind, MemberDescriptorType):
            return self.plain
        return partial(getattr, self.owner, self.name)  # no code of the application runs

    @property
    def is_shown_by_class(self) -> bool:
        """Whether only `plain` says what goes out, and not the attribute's type."""
        return False

    def as_args(self) -> tuple[object, str, str, bool, bool, bool]:
        """Return the arguments to create an equal attribute with."""
        return self.owner, self.name, self.wire, self.read_only, self.computed, self.typed

    def is_shared(self, value: object) -> bool:
        """Return whether the value is a class attribute, and a write inside it concerns others."""
        if value is None or isinstance(value, str | int | float):
            return False
        return any(vars(cls).get(self.name) is value for cls in type(self.owner).__mro__)

    def write(self, value: object) -> None:
        """Set the value."""
        setattr(self.owner, self.name, value)


def to_json(value: Any) -> Any:
    """Convert an object that JSON does not know: dataclasses, models, sets, dates and more.

    Raises:
        ValueError: the object has no JSON form.
    """
    return to_jsonable_python(value)


def public_names(owner: object, excluded: Callable[[object], bool]) -> list[str]:
    """List the attributes and properties whose name does not begin with an underscore.

    A class can hide some by its `__dir__`. A property that raises AttributeError is not there.

    Args:
        owner: the object.
        excluded: returns by the value whether to leave out an attribute; callables never count.
    """
    shown = dict.fromkeys(dir(owner))
    own = [name for name in getattr(owner, "__dict__", ()) if name in shown]
    names = dict.fromkeys([*own, *shown])
    return [name for name in names if not name.startswith("_") and _is_data(owner, name, excluded)]


def wire_names(names: Names, casing: Callable[[str], str]) -> dict[str, str]:
    """Return the attributes' names on the wire.

    Raises:
        TypeError: a name on the wire is not a string; most often this is a misspelt option.
    """
    if not isinstance(names, Mapping):
        names = dict.fromkeys(names, ...)
    for name, wire in names.items():
        if wire is not ... and not isinstance(wire, str):
            raise TypeError(
                f"{name!r} is not an option; if it is an attribute, its name on the wire must be"
                f" a string or `...`, not {reprlib.repr(wire)}"
            )
    return {name: casing(name) if wire is ... else wire for name, wire in names.items()}


def _is_data(owner: object, name: str, excluded: Callable[[object], bool]) -> bool:
    try:
        value = getattr(owner, name)
    except AttributeError:
        return False  # as `hasattr` says
    except Exception:  # noqa: BLE001  # a property that can't be read yet
        return isinstance(getattr(type(owner), name, None), property)
    return not callable(value) and not excluded(value)
