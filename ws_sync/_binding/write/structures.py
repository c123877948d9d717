"""What a live value is made of: the elements of an array, or the members of an object.

The live value's own class decides. A value has a structure only if its JSON mirrors it, element by
element and member by member. Every other value (a date, a secret, whatever the application
serialises itself) is a leaf, which a client can only replace as a whole.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import is_dataclass
from sys import getrefcount
from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from ws_sync._binding.write.classes import Members, members_of
from ws_sync._binding.write.schemas import ANY, DICTS, STRUCTURES, Type, type_of_class
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.equality import equal
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync.exceptions import Refused

UNKNOWN: Any = object()
"""JSON that was not computed."""

_DICTS = frozenset({dict, SyncedDict, defaultdict, OrderedDict, Counter})
"""The classes of untyped values with entries. Another subclass may keep more than its entries."""

_ONCE = [object()]
"""The number of references to its element is that of a value that is once in one container."""

STRUCTURES |= {
    "list": (list, SyncedList),
    "tuple": (tuple,),
    "set": (set,),
    "frozenset": (frozenset,),
    "deque": (deque,),
    "dict": (dict, SyncedDict, defaultdict),
    "ordered-dict": (OrderedDict,),
    "counter": (Counter,),
    "typed-dict": (dict, SyncedDict),
}


class Part(NamedTuple):
    """A part of a live value.

    Attributes:
        type: its type.
        value: the live value.
        json: its JSON, where only the serialiser of the whole knows it.
        is_alone: whether nothing but its container refers to it, and that only once.
    """

    type: Type
    value: object
    json: JSON = UNKNOWN
    is_alone: bool = False


class Elements:
    """The elements of a live list, tuple, set or deque, in the order in which they go out.

    Attributes:
        live: the container.
        values: its elements.
        type: its type.
    """

    def __init__(self, type_: Type, live: Any) -> None:
        self.type, self.live = type_, live
        self.values: Sequence[Any] = live if isinstance(live, list | tuple) else list(live)
        self._length = len(self.values)

    def __len__(self) -> int:
        return self._length  # a thread may append elements at any time

    def value(self, index: int) -> Any:
        """Return a live element.

        Raises:
            Refused: a thread has removed it.
        """
        try:
            return self.values[index]
        except IndexError:
            raise Refused("the array became shorter while the write was planned") from None

    def part(self, index: int) -> Part:
        """Return an element, as `value`."""
        is_alone = _is_alone(self.values, index)
        return Part(self.type.element(index), self.value(index), UNKNOWN, is_alone)


class Entries:
    """The entries of a live dict, by their names in JSON."""

    def __init__(self, type_: Type, live: dict[Any, Any]) -> None:
        self.type, self.live = type_, live

    def key(self, name: str) -> Any:
        """Return the key of a name; UNKNOWN if there is no such entry."""
        if name in self.live:
            return name
        for key in list(self.live):
            if type(key) is not str and _name_of(key) == name:
                return key
        return UNKNOWN

    def part(self, name: str) -> Part | None:
        """Return the value of an entry; None if there is none."""
        key = self.key(name)
        if key is UNKNOWN:
            return None
        is_alone = _is_alone(self.live, key)
        value = self.live.get(key, UNKNOWN)  # a thread may have removed it
        return None if value is UNKNOWN else Part(self.type.values(), value, UNKNOWN, is_alone)

    def names(self) -> Iterable[str]:
        """Return all names."""
        return [_name_of(key) for key in list(self.live)]


class Fields:
    """The visible members of a live model, dataclass or TypedDict.

    Attributes:
        type: the type that serialises it.
        live: the object.
        members: the members that the type gives to it.
    """

    def __init__(self, type_: Type, live: Any, shown: JSON = UNKNOWN) -> None:
        self.type, self.live = type_, live
        self.members: Members = members_of(type_)
        self._shown: Any = shown  # what a serialiser of the class has made of it

    def part(self, wire: str) -> Part | None:
        """Return the value of a member; None if it does not go out."""
        if self._shown is not UNKNOWN and wire not in self._shown:
            return None
        name = self.members.visible.get(wire)
        if name is None:
            return self._derived(wire) if wire in self.members.computed else self._extra(wire)
        value = self.get(name)
        if value is UNKNOWN or not self.members.is_shown(name, value):
            return None
        json: JSON = UNKNOWN if self._shown is UNKNOWN else self._shown[wire]
        return Part(self.members.type(name), value, json)

    def get(self, name: str) -> Any:
        """Return a field; UNKNOWN if it is not set."""
        if isinstance(self.live, dict):
            return self.live.get(name, UNKNOWN)
        return getattr(self.live, name, UNKNOWN)

    def _derived(self, wire: str) -> Part | None:
        """Return a member that goes out, and that no client can write."""
        shown = self.type.json(self.live) if self._shown is UNKNOWN else self._shown
        return Part(ANY, shown[wire], shown[wire]) if wire in shown else None

    def _extra(self, wire: str) -> Part | None:
        extra = getattr(self.live, "__pydantic_extra__", None) or {}
        if isinstance(self.live, dict):
            extra = {n: v for n, v in self.live.items() if n not in self.members.fields}
        if wire not in extra or self.members.extra is None:
            return None
        return Part(self.members.extra, extra[wire])

    def names(self) -> Iterable[str]:
        """Return the names on the wire of all members."""
        extra = getattr(self.live, "__pydantic_extra__", None) or ()
        if isinstance(self.live, dict):
            extra = [name for name in self.live if name not in self.members.fields]
        names = [*self.members.visible, *self.members.computed, *extra]
        return [name for name in names if self.part(name) is not None]


class Root:
    """The value of a live `RootModel`, which goes out in its place."""

    def __init__(self, type_: Type, live: Any) -> None:
        self.type, self.live = type_, live

    def part(self) -> Part:
        """Return the value."""
        return Part(members_of(self.type).type("root"), self.live.root)


Structure: TypeAlias = Elements | Entries | Fields | Root


def structure_of(type_: Type, live: object, json: JSON = UNKNOWN) -> Structure | None:
    """Return what a live value is made of; None for a leaf.

    Args:
        type_: the type of its place.
        live: the value.
        json: its JSON, where a serialiser of what is around it may have changed it.
    """
    if json is not UNKNOWN and not _mirrors(type_, live, json):
        return None
    found = type_.for_value(live)
    if found is None:
        return None
    if found.kind == "any":
        return None if found.is_custom else _untyped(found, live)
    if not found.accepts(live):
        return _untyped(found, live) if isinstance(live, BaseModel) else None
    if found.is_custom or type_.is_custom:
        return _shown(type_, found, live)
    return _structured(found, live)


def _structured(type_: Type, live: Any) -> Structure:
    if type_.kind == "model" and type_.node["root_model"]:
        return Root(type_, live)
    if type_.kind in ("model", "dataclass", "typed-dict"):
        return Fields(type_, live)
    return Entries(type_, live) if type_.kind in DICTS else Elements(type_, live)


def _untyped(type_: Type, live: Any) -> Structure | None:
    """Return the structure of a value that pydantic serialises by its class."""
    if type(live) in (list, SyncedList):
        return Elements(type_.anything, live)
    if type(live) in _DICTS and (set(map(type, live)) <= {str} or all(map(_is_name, live))):
        return Entries(type_.anything, live)
    if type_ is not ANY and hasattr(type(live), "__pydantic_serializer__"):
        return structure_of(type_of_class(type(live)), live)
    return None


def _shown(place: Type, type_: Type, live: Any) -> Structure | None:
    """Return the members that a serialiser of the class gives under the names of fields."""
    if not isinstance(live, BaseModel) and not is_dataclass(live):
        return None
    try:
        shown = place.json(live)
    except Exception:  # noqa: BLE001  # a serialiser of the application
        return None
    if type(shown) is not dict or (type_.kind == "model" and type_.node["root_model"]):
        return None
    return Fields(type_, live, shown)


def _mirrors(type_: Type, live: object, json: JSON) -> bool:
    try:
        return equal(type_.json(live), json)
    except Exception:  # noqa: BLE001  # a serialiser of the application
        return False


def _is_alone(container: Any, key: Any) -> bool:
    """Return whether a value is certainly only once in a container."""
    try:
        return getrefcount(container[key]) <= getrefcount(_ONCE[0])
    except LookupError:  # a thread has removed it
        return False


def _is_name(key: object) -> bool:
    """Return whether a key is found by its name in JSON; that of an enum of texts is."""
    return isinstance(key, str) and _name_of(key) == key


def _name_of(key: object) -> str:
    if type(key) is str:
        return key
    try:
        return str(next(iter(to_jsonable_python({key: None}))))
    except Exception:  # noqa: BLE001  # a key without a JSON form
        return ""
