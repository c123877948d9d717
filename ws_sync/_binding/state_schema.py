"""The core schema of a model's state: of what the server sends, with the names on the wire.

Pydantic's generator of JSON Schemas shows all fields, and aliases also where they don't go out. So
it gets a copy of the model's core schema with the synced attributes only.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import BaseModel

from ws_sync._binding.attribute_types import field_names
from ws_sync._binding.attributes import wire_names
from ws_sync._binding.markers import CONFIGURATION
from ws_sync._binding.wire_names import attribute_name, casing_of

_INNER = frozenset(
    {"schema", "items_schema", "keys_schema", "values_schema", "extras_schema", "return_schema"}
    | {"choices", "steps", "definitions", "fields", "computed_fields"}
    | {"json_schema", "python_schema", "lax_schema", "strict_schema"}
)
"""The members of a core schema that contain core schemas."""

_NAMES = {"type": "list", "items_schema": {"type": "str"}}


def is_camel(cls: type) -> bool:
    """Return whether the objects of a class are synced in camel case."""
    return bool(_options(cls).get("toCamelCase"))


def state_schema(cls: type[BaseModel]) -> Any:
    """Return the core schema of a model's state."""
    return _shown(cls.__pydantic_core_schema__, {}, cls, _wires(cls))


def _options(cls: type) -> dict[str, Any]:
    options: dict[str, Any] = getattr(cls, CONFIGURATION, (None, {"sync_all": True}))[1]
    return options


def _wires(cls: type[BaseModel]) -> dict[str, str]:
    """Return the names on the wire of a model's synced attributes."""
    options, usual = _options(cls), partial(attribute_name, cls, is_camel(cls))
    wires = {name: usual(name) for name in field_names(cls) if options.get("sync_all")}
    wires |= wire_names(options.get("include") or (), usual)
    excluded = options.get("exclude") or ()
    return {name: wire for name, wire in wires.items() if name not in excluded}


def _shown(part: Any, config: Any, cls: type[BaseModel], wires: dict[str, str]) -> Any:
    """Copy a core schema without the aliases that don't go out."""
    if isinstance(part, list | tuple):
        return type(part)([_shown(each, config, cls, wires) for each in part])
    if not isinstance(part, dict):
        return part
    config = part.get("config", config) or {}
    copied = dict(part)
    for name in part.keys() & _INNER:
        inner = part[name]
        if name == "fields" and isinstance(inner, dict):
            copied[name] = {n: _shown(each, config, cls, wires) for n, each in inner.items()}
        else:
            copied[name] = _shown(inner, config, cls, wires)
    if not config.get("serialize_by_alias"):
        copied.pop("serialization_alias", None)
        if part.get("type") == "computed-field":
            copied.pop("alias", None)
    if part.get("type") == "model" and part.get("cls") is cls:
        copied["schema"] = _narrowed(copied["schema"], cls, wires)
    return copied


def _narrowed(schema: Any, cls: type[BaseModel], wires: dict[str, str]) -> Any:
    """Copy the schema of a model with its synced attributes only."""
    if schema["type"] != "model-fields":
        inner = schema.get("schema")
        return schema if inner is None else {**schema, "schema": _narrowed(inner, cls, wires)}
    fields = {
        name: _required(schema["fields"][name], wire)
        for name, wire in wires.items()
        if name in schema["fields"]
    }
    known = {each["property_name"]: each for each in schema.get("computed_fields", ())}
    others = [
        {**known.get(name, _computed(name, {"type": "any"})), "alias": wire}
        for name, wire in wires.items()
        if name not in fields
    ]
    if _options(cls).get("expose_running_tasks"):
        casing = casing_of(cls, is_camel(cls)) or str
        others.append({**_computed("running_tasks", _NAMES), "alias": casing("running_tasks")})
    return {**schema, "fields": fields, "computed_fields": others}


def _required(field: Any, wire: str) -> Any:
    """Copy a field with a name on the wire, which is always sent: a default does not hide it."""
    schema = {"type": "definitions", "schema": field["schema"], "definitions": []}
    return {**field, "schema": schema, "serialization_alias": wire}


def _computed(name: str, schema: Any) -> dict[str, Any]:
    return {"type": "computed-field", "property_name": name, "return_schema": schema}
