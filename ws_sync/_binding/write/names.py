"""New values of the client, with the names that pydantic validates.

A client writes the names on the wire. A name that does not go out is refused, whatever pydantic
would do with it, so that no client can set a hidden field. Derived members are dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from typing import Any

from pydantic import RootModel

from ws_sync._binding.write.classes import Members, members_of, members_of_class
from ws_sync._binding.write.schemas import ANY, ARRAYS, DICTS, OBJECTS, Type, type_of_class
from ws_sync._core.json.codec import JSON
from ws_sync.exceptions import Refused


def read(type_: Type, value: JSON) -> object:
    """Return a new value of the client as its type.

    Raises:
        Refused: it has a member that does not go out.
        ValueError: the type rejects it.
    """
    read = type_.read(to_input(type_, value))
    check_names(type_, read, value)
    return read


def check_names(type_: Type, read: object, value: JSON) -> None:
    """Check what a union, or a type of unknown structure, has made of an accepted value.

    Raises:
        Refused: the value gives a member that does not go out.
    """
    if type(value) in (dict, list) and type_.is_open and type_.has_objects:
        _check_names(read, value)


def _check_names(read: Any, value: JSON) -> None:
    if isinstance(read, RootModel):
        read = read.root
    if type(value) is list and isinstance(read, Iterable) and isinstance(read, Sized):
        for each, member in zip(read, value, strict=False):
            _check_names(each, member)
    if type(value) is not dict:
        return
    if isinstance(read, Mapping):
        for name in value.keys() & read.keys():
            _check_names(read[name], value[name])
        return
    if type_of_class(type(read)).kind not in OBJECTS:
        return
    members: Any = members_of_class(type(read))
    for name, member in value.items():
        if not members.accepts(name):
            raise Refused(f"{name!r} is not a member of a {members.title} that goes out")
        _check_names(getattr(read, members.visible.get(name, name), None), member)


def to_input(type_: Type, value: JSON) -> JSON:
    """Return a value with the names that pydantic validates.

    Raises:
        Refused: it has a member that does not go out.
    """
    if type(value) not in (dict, list):
        return value
    type_ = _member_for(type_, value)
    if type_.kind == "model" and type_.node["root_model"]:
        return to_input(members_of(type_).type("root"), value)
    if type(value) is list:
        if type_.kind not in ARRAYS:
            return value
        return [to_input(type_.element(index), each) for index, each in enumerate(value)]
    if type_.kind in DICTS:
        inner = type_.values()
        return {name: to_input(inner, each) for name, each in value.items()}
    if type_.kind == "named-tuple":
        names = [field["name"] for field in type_.node["fields"]]
        known = {name: type_.element(index) for index, name in enumerate(names)}
        return {name: to_input(known.get(name, ANY), each) for name, each in value.items()}
    return _object(members_of(type_), value) if type_.kind in OBJECTS else value


def _object(members: Members, value: dict[str, JSON]) -> JSON:
    found = {}
    derived = members.computed | members.is_read
    for wire, member in value.items():
        if wire in derived:
            continue
        name = members.input_name(wire)
        if name is not None:
            field = members.visible.get(wire) or members.field_of(wire)
            if name in found:
                raise Refused(f"{wire!r} names a member again, by another of its names")
            found[name] = to_input(members.type(field), member)
        elif members.extra is not None and members.accepts(wire):
            found[wire] = to_input(members.extra, member)
        else:
            raise Refused(f"{wire!r} is not a member of a {members.title} that goes out")
    return found


def _member_for(type_: Type, value: JSON) -> Type:
    """Return the member of a union that an object or an array is probably read by."""
    if type_.kind not in ("union", "tagged-union"):
        return type_
    tag = type_.node.get("discriminator")
    if isinstance(tag, str) and type(value) is dict:
        choices = type_.node["choices"]
        for number, (each, _) in enumerate(choices.items()):
            if value.get(tag) == each:
                return _member_for(type_.choices()[number], value)
    arms = [_member_for(each, value) for each in type_.choices()]
    if type(value) is list:
        return _first_that_reads([each for each in arms if each.kind in ARRAYS], value)
    objects = [each for each in arms if each.kind in OBJECTS]
    fitting = [each for each in objects if _names_fit(members_of(each), value)]
    if fitting:
        return _first_that_reads(fitting, value)
    return _first_that_reads([*(each for each in arms if each.kind in DICTS), *objects], value)


def _first_that_reads(types: list[Type], value: JSON) -> Type:
    for each in types[:-1]:
        try:
            each.read(to_input(each, value))
        except Exception:  # noqa: BLE001  # also of a validator of the application
            continue
        return each
    return types[-1] if types else ANY


def _names_fit(members: Members, value: dict[str, JSON]) -> bool:
    if members.node_is_root:
        return False
    return all(map(members.accepts, value))
