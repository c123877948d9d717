"""Names on the wire: of attributes, of parameters, and of the members of types at any depth.

A name is the one by which pydantic serialises: the alias of a member if its class has
`serialize_by_alias`, and otherwise its own name. So it is the name that the client receives. The
client writes the same name, and may also write any name that pydantic validates.

Names that have no type are cased: by the `alias_generator` of the object's model, or in camel case
where that is asked for. Parameters have their explicit aliases or the cased name, and always also
their own name.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, Union
from weakref import WeakKeyDictionary

from pydantic import AliasChoices, AliasGenerator, AliasPath, BaseModel
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from ws_sync._core.json.codec import JSON

Casing: TypeAlias = Callable[[str], str]
"""Returns the name on the wire of a name in Python."""

_known_names: WeakKeyDictionary[type, dict[str, str]] = WeakKeyDictionary()


def casing_of(cls: type, camel: bool | None = False) -> Casing | None:
    """Return the function that makes names on the wire for the objects of a class.

    Args:
        cls: the object's class; a model's `alias_generator` comes first.
        camel: whether names are in camel case.

    Returns:
        None if names stay as they are.
    """
    generator = cls.model_config.get("alias_generator") if issubclass(cls, BaseModel) else None
    if isinstance(generator, AliasGenerator):
        generated: Any = generator.serialization_alias or generator.alias
    else:
        generated = generator
    return generated or (to_camel if camel else None)


def attribute_name(cls: type, camel: bool | None, name: str) -> str:
    """Return the name on the wire of an attribute that was given none.

    Args:
        cls: the object's class.
        camel: whether names are in camel case; an alias of a model is not converted.
        name: the attribute's name.
    """
    usual = to_camel(name) if camel else name
    if not issubclass(cls, BaseModel):
        return usual
    info = cls.model_fields.get(name) or cls.model_computed_fields.get(name)
    if info is None:  # a plain property
        casing = casing_of(cls, camel) if _shows_aliases(cls) else None
        return casing(name) if casing else usual
    shown = member_name(cls, name, info)
    return usual if shown == name else shown


def member_name(cls: type, name: str, info: Any) -> str:
    """Return the name by which a class serialises a member, from pydantic's field info."""
    alias = info.serialization_alias if isinstance(info, FieldInfo) else info.alias
    return str(alias) if _shows_aliases(cls) and alias is not None else name


def argument_aliases(
    name: str, annotation: Any, default: Any, casing: Casing | None
) -> tuple[str | AliasPath, ...]:
    """Return the names of an argument beside that of its parameter.

    Args:
        name: the parameter's name.
        annotation: its resolved annotation, which may contain a pydantic `Field`.
        default: its default, which may be one.
        casing: see `casing_of`.
    """
    info = FieldInfo.from_annotated_attribute(annotation, default)
    explicit = info.validation_alias or info.alias
    if isinstance(explicit, AliasChoices):
        return tuple(explicit.choices)
    if explicit is not None:
        return (explicit,)
    return (casing(name),) if casing else ()


def wire_names_of(cls: type) -> dict[str, str]:
    """Return the names on the wire of the fields of a model or a dataclass; empty for others."""
    known = _known_names.get(cls)
    if known is None:
        if dataclasses.is_dataclass(cls) and not hasattr(cls, "__pydantic_fields__"):
            known = {field.name: field.name for field in dataclasses.fields(cls)}
        else:
            known = {name: member_name(cls, name, info) for name, info in _fields(cls).items()}
        _known_names[cls] = known
    return known


def _shows_aliases(cls: type) -> bool:
    """Return whether a class serialises its members by their aliases."""
    config: Any = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None)
    return bool(config and config.get("serialize_by_alias"))


def from_wire(annotation: Any, value: JSON) -> JSON:
    """Return a value of the client with the names of the fields, which pydantic validates too.

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
    """Return the name and the annotation of each member, by name on the wire."""
    if fields := _fields(cls):
        return {
            member_name(cls, name, info): (name, info.annotation) for name, info in fields.items()
        }
    if not dataclasses.is_dataclass(cls) and not _is_typed_dict(cls):
        return {}
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except Exception:  # noqa: BLE001  # evaluating an annotation may raise anything
        return {}
    return {name: (name, hint) for name, hint in hints.items()}


def _fits(annotation: Any, value: JSON) -> bool:
    """Return whether an object or an array may come from this member of a union."""
    annotation = unwrap(annotation)
    if type(value) is list:
        return _is_kind(annotation, Collection) and not _is_kind(annotation, Mapping)
    if isinstance(cls := typing.get_origin(annotation) or annotation, type) and _fields(cls):
        return set(value) <= {*_accepted_names(cls), *_computed(cls)}
    return _is_kind(annotation, Mapping)


def _accepted_names(cls: type) -> set[str]:
    aliases = [info.validation_alias for info in _fields(cls).values()]
    texts = [alias for alias in aliases if isinstance(alias, str)]
    return {*wire_names_of(cls), *wire_names_of(cls).values(), *texts}


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
    return {member_name(cls, name, info) for name, info in cls.model_computed_fields.items()}
