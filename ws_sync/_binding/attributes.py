"""The attributes of an object that are synced: which they are, their names on the wire, access.

An attribute is read-only when the object can't be written there (a property without a setter), or
when it is declared so.
"""

from __future__ import annotations

import asyncio
import reprlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import EllipsisType, MemberDescriptorType
from typing import Any, Protocol, Self, TypeAlias

from pydantic_core import to_jsonable_python

from ws_sync._core.json.codec import JSON
from ws_sync.exceptions import UnknownAttribute

Names: TypeAlias = Mapping[str, str | EllipsisType] | Iterable[str]
"""Attributes with their names on the wire; `...` or no name stands for the usual one."""


class Types(Protocol):
    """The types of one object's attributes."""

    def read(self, values: Mapping[str, JSON]) -> dict[str, object]:
        """Read what the client writes at once, by the names of the object's attributes.

        Nothing of the object is changed.

        Returns:
            The new values of these attributes, and of others that change with them.

        Raises:
            ValueError: a type refuses its value.
            Exception: what a validator of the application raised.
        """

    def attribute(self, name: str) -> Attribute:
        """Describe an attribute of the object, of which the name on the wire is not needed."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an object.

    Attributes:
        owner: the object.
        name: its name there.
        wire: its name in the document.
        read_only: whether only the server changes it.
        computed: whether a function stands behind it.
        types: read what the client writes; None takes any value.
    """

    owner: object
    name: str
    wire: str
    read_only: bool
    computed: bool
    types: Types | None = None

    @classmethod
    def of(cls, owner: object, name: str, wire: str, types: Types | None = None) -> Attribute:
        """Describe an attribute.

        Raises:
            UnknownAttribute: the object does not have it.
        """
        behind = getattr(type(owner), name, None)
        computed = isinstance(behind, property | cached_property)
        if not computed and not hasattr(owner, name):
            raise UnknownAttribute(owner, name)
        read_only = computed and getattr(behind, "fset", None) is None
        return cls(owner, name, wire, read_only, computed, types)

    def read(self) -> object:
        """Return the value.

        Raises:
            RuntimeError: a property awaited the result of something that was cancelled.
            Exception: what a property of the application raised.
        """
        try:
            return getattr(self.owner, self.name)
        except asyncio.CancelledError as error:  # would end whoever reads, and the connection
            raise RuntimeError(f"{self.name!r} can't be read: {error!r}") from error

    def plain(self) -> object:
        """Return what the client shall see of the value: JSON, or what `to_json` makes JSON of.

        Raises:
            Exception: as `read` does.
        """
        return self.read()

    def reader(self) -> Callable[[], object]:
        """Return what does what `plain` does: for what is called with every sync."""
        behind = getattr(type(self.owner), self.name, None)
        if hasattr(behind, "__get__") and not isinstance(behind, MemberDescriptorType):
            return self.plain
        return partial(getattr, self.owner, self.name)  # no code of the application is behind it

    def declared_read_only(self) -> Self:
        """Return the same attribute, which only the server changes."""
        return replace(self, read_only=True)

    def parts(self) -> tuple[object, str, str, bool, bool, Types | None]:
        """Return what it is made of."""
        return self.owner, self.name, self.wire, self.read_only, self.computed, self.types

    def is_shared(self, value: object) -> bool:
        """Tell whether the class holds a value, so that other objects may have it too."""
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


def camel_case(name: str) -> str:
    """Write `hello_world` as `helloWorld`; a name that is in camel case already stays."""
    if "_" not in name and name != name.lower():
        return name
    camel = name.title().replace("_", "")
    return camel[:1].lower() + camel[1:]


def unchanged(name: str) -> str:
    """Return `name`: the casing of objects that are not synced in camel case."""
    return name


def public_names(owner: object, excluded: Callable[[object], bool]) -> list[str]:
    """List the attributes and properties whose name does not begin with an underscore.

    Args:
        owner: the object.
        excluded: tells by the value which others to leave out, besides what can be called.
    """
    own = list(getattr(owner, "__dict__", ()))
    names = dict.fromkeys([*own, *dir(type(owner))])
    return [name for name in names if not name.startswith("_") and _is_data(owner, name, excluded)]


def wire_names(names: Names, casing: Callable[[str], str]) -> dict[str, str]:
    """Return the attributes' names on the wire.

    Raises:
        TypeError: one is no name; most often an option of which the name is misspelt.
    """
    if not isinstance(names, Mapping):
        names = dict.fromkeys(names, ...)
    for name, wire in names.items():
        if wire is not ... and not isinstance(wire, str):
            raise TypeError(
                f"{name!r} is no option; and if it is an attribute, its name on the wire is a"
                f" string or `...`, not {reprlib.repr(wire)}"
            )
    return {name: casing(name) if wire is ... else wire for name, wire in names.items()}


def _is_data(owner: object, name: str, excluded: Callable[[object], bool]) -> bool:
    try:
        value = getattr(owner, name)
    except Exception:  # noqa: BLE001  # a property of the application that can't be read yet
        return isinstance(getattr(type(owner), name, None), property)
    return not callable(value) and not excluded(value)
