"""Names on the wire of the members of models and dataclasses, at any depth.

A member has one name in both directions: the alias by which pydantic serialises it
(`serialization_alias`, `alias`, or the result of an `alias_generator`). The client writes that name
too, even where pydantic validates another one.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Annotated, Any, Union
from weakref import WeakKeyDictionary

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ws_sync._core.json.codec import JSON

_known_names: WeakKeyDictionary[type, dict[str, str]] = WeakKeyDictionary()


def wire_names_of(cls: type) -> dict[str, str]:
    """Return the names on the wire of the fields of a model or a dataclass; empty for others."""
    known = _known_names.get(cls)
    if known is None:
        if dataclasses.is_dataclass(cls) and not hasattr(cls, "__pydantic_fields__"):
            known = {field.name: field.name for field in dataclasses.fields(cls)}
        else:
            known = {name: wire_name(name, info) for name, info in _fields(cls).items()}
        _known_names[cls] = known
    return known


def wire_name(name: str, info: Any) -> str:
    """Return the name on the wire of a field or a computed field, from pydantic's field info."""
    alias = info.serialization_alias if isinstance(info, FieldInfo) else info.alias
    return name if alias is None else str(alias)


def from_wire(annotation: Any, value: JSON) -> JSON:
    """Return a value of the client with the names that pydantic validates.

    Computed fields are dropped.

    Args:
        annotation: the resolved type of the value.
        value: the value that the client sent.
    """
    if type(value) not in (dict, list) or not _is_concerned(annotation):
        return value
    annotation = unwrap(annotation)
    if typing.get_origin(annotation) in (Union, types.UnionType):
        arms = typing.get_args(annotation)
        return from_wire(next((arm for arm in arms if _fits(arm, value)), Any), value)
    return _object(annotation, value) if type(value) is dict else _array(annotation, value)


def _is_concerned(annotation: Any) -> bool:
    """Return whether a type contains a member with another name on the wire."""
    try:
        return _has_other_names(annotation)
    except TypeError:  # an annotation that is not hashable
        return True


@lru_cache(maxsize=1000)
def _has_other_names(annotation: Any) -> bool:
    return _search(annotation, set())


def _search(annotation: Any, seen: set[int]) -> bool:
    """Search an annotation and all that it refers to for members with another name."""
    annotation = unwrap(annotation)
    if id(annotation) in seen:
        return False
    seen.add(id(annotation))
    cls = typing.get_origin(annotation) or annotation
    inner = list(typing.get_args(annotation))
    if isinstance(cls, type):
        members = _members(cls)
        if _computed(cls) or any(wire != name for wire, (name, _) in members.items()):
            return True
        inner += [hint for _, hint in members.values()]
    return any(_search(item, seen) for item in inner)


def unwrap(annotation: Any) -> Any:
    """Return an annotation without metadata, and the value of a type alias."""
    while True:
        if typing.get_origin(annotation) is Annotated:
            annotation = typing.get_args(annotation)[0]
        elif hasattr(annotation, "__value__"):  # of `type X = …`
            annotation = annotation.__value__
        else:
            return annotation


def _array(annotation: Any, value: list[JSON]) -> JSON:
    arguments = typing.get_args(annotation)
    if not _is_kind(annotation, Collection) or not arguments:
        return value
    if typing.get_origin(annotation) is tuple and arguments[-1] is not ...:
        pairs = zip(arguments, value, strict=False)
        return [*(from_wire(*pair) for pair in pairs), *value[len(arguments) :]]
    return [from_wire(arguments[0], element) for element in value]


def _object(annotation: Any, value: dict[str, JSON]) -> JSON:
    if _is_kind(annotation, Mapping) and not _is_typed_dict(annotation):
        arguments = typing.get_args(annotation)
        if len(arguments) != 2:
            return value
        return {name: from_wire(arguments[1], member) for name, member in value.items()}
    cls = typing.get_origin(annotation) or annotation
    if not isinstance(cls, type):
        return value
    members, computed = _members(cls), _computed(cls)
    return {
        members[name][0] if name in members else name: from_wire(
            members[name][1] if name in members else Any, member
        )
        for name, member in value.items()
        if name in members or name not in computed
    }


def _members(cls: type) -> dict[str, tuple[str, Any]]:
    """Return the name for pydantic and the annotation of each member, by name on the wire."""
    if fields := _fields(cls):
        return {
            wire_name(name, info): (_accepted(name, info), info.annotation)
            for name, info in fields.items()
        }
    if not dataclasses.is_dataclass(cls) and not _is_typed_dict(cls):
        return {}
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except Exception:  # noqa: BLE001  # evaluating an annotation may raise anything
        return {}
    return {name: (name, hint) for name, hint in hints.items()}


def _accepted(name: str, info: FieldInfo) -> str:
    if isinstance(info.validation_alias, str):
        return info.validation_alias
    return name


def _fits(annotation: Any, value: JSON) -> bool:
    """Return whether an object or an array may come from this member of a union."""
    annotation = unwrap(annotation)
    if type(value) is list:
        return _is_kind(annotation, Collection) and not _is_kind(annotation, Mapping)
    if isinstance(cls := typing.get_origin(annotation) or annotation, type) and _fields(cls):
        return set(value) <= {*wire_names_of(cls).values(), *_computed(cls)}
    return _is_kind(annotation, Mapping)


def _is_kind(annotation: Any, kind: type) -> bool:
    cls = typing.get_origin(annotation) or annotation
    return isinstance(cls, type) and issubclass(cls, kind) and cls is not str


def _is_typed_dict(cls: Any) -> bool:
    return hasattr(cls, "__total__")  # also where it comes from `typing_extensions`


def _fields(cls: type) -> dict[str, FieldInfo]:
    fields: dict[str, FieldInfo] = getattr(cls, "__pydantic_fields__", {})
    return fields


def _computed(cls: type) -> set[str]:
    if not issubclass(cls, BaseModel):
        return set()
    return {wire_name(name, info) for name, info in cls.model_computed_fields.items()}
