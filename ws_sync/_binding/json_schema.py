"""JSON Schemas of the state and the calls of a model, for generating typed frontends.

For a model `Notes` there are five definitions:

    Notes              the state, as the server sends it
    NotesActions       an object with one object per action: its arguments, as they are validated
    NotesTasks         the same for tasks
    NotesActionNames   an enumeration of the names of the actions
    NotesTaskNames     the same for tasks
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo
from pydantic.json_schema import DefsRef, GenerateJsonSchema, JsonSchemaMode

from ws_sync._binding.annotations import adapter_for, resolve_annotation
from ws_sync._binding.attribute_types import field_names
from ws_sync._binding.attributes import wire_names
from ws_sync._binding.markers import CONFIGURATION, Mark, marked_names
from ws_sync._binding.wire_names import Casing, argument_aliases, attribute_name, casing_of

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def of_model(cls: type[BaseModel]) -> dict[str, Any]:
    """Return one JSON Schema with all definitions of a model.

    Its properties `state`, `actions`, `tasks`, `actionNames` and `taskNames` refer to the five
    definitions in `$defs`, which also has the definitions that these refer to.
    """
    definitions = _definitions(cls, "#/$defs/{model}")
    parts = ("", "Actions", "Tasks", "ActionNames", "TaskNames")
    titles = ("state", "actions", "tasks", "actionNames", "taskNames")
    return {
        "$schema": _DIALECT,
        "title": cls.__name__,
        "type": "object",
        "properties": {
            title: {"$ref": f"#/$defs/{cls.__name__}{part}"}
            for title, part in zip(titles, parts, strict=True)
        },
        "required": list(titles),
        "$defs": definitions,
    }


def attach(cls: type[BaseModel], openapi: dict[str, Any]) -> dict[str, Any]:
    """Add the definitions of a model to `components.schemas` of an OpenAPI document.

    Returns:
        The same document.
    """
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_definitions(cls, "#/components/schemas/{model}"))
    return openapi


def _definitions(cls: type[BaseModel], template: str) -> dict[str, Any]:
    name = cls.__name__
    actions, tasks = _functions(cls, "remote_action"), _functions(cls, "remote_task")
    camel = bool(getattr(cls, "ws_sync_camel_case", False))
    casing = casing_of(cls, camel)
    calls = [
        (f"{name}{part}", _arguments(f"{name}{part}", functions, casing))
        for part, functions in (("Actions", actions), ("Tasks", tasks))
    ]
    inputs: list[tuple[str, JsonSchemaMode, Any]] = [
        (title, "validation", model.__pydantic_core_schema__) for title, model in calls
    ]
    inputs.append((name, "serialization", cls.__pydantic_core_schema__))
    generator = GenerateJsonSchema(by_alias=True, ref_template=template)
    roots, generated = generator.generate_definitions(inputs)
    definitions: dict[str, Any] = dict(generated.items())
    for (title, _), root in roots.items():
        known = root.get("$ref", "").rpartition("/")[2]
        definitions[title] = generated.get(DefsRef(known), root)
    definitions[name] = _state(cls, definitions[name])
    definitions[f"{name}ActionNames"] = {"type": "string", "enum": list(actions)}
    definitions[f"{name}TaskNames"] = {"type": "string", "enum": list(tasks)}
    return definitions


def _state(cls: type[BaseModel], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the state: that of the model, with the synced attributes only."""
    options: dict[str, Any] = getattr(cls, CONFIGURATION, (None, {"sync_all": True}))[1]
    camel = bool(options.get("toCamelCase") or getattr(cls, "ws_sync_camel_case", False))
    usual = partial(attribute_name, cls, camel)
    wires = {name: usual(name) for name in field_names(cls) if options.get("sync_all")}
    wires |= wire_names(options.get("include", ()), usual)
    properties: dict[str, Any] = {}
    for name, wire in wires.items():
        info = cls.model_fields.get(name) or cls.model_computed_fields.get(name)
        known = name if info is None else _alias(name, info)
        if name not in options.get("exclude", ()):
            properties[wire] = schema["properties"].get(known, {})
    if options.get("expose_running_tasks"):
        names = {"type": "array", "items": {"type": "string"}}
        properties["runningTasks" if camel else "running_tasks"] = names
    return {**schema, "properties": properties, "required": list(properties)}


def _functions(cls: type, kind: Mark) -> dict[str, Callable[..., Any]]:
    return {wire: getattr(cls, name) for wire, name in marked_names(cls, kind).items()}


def _arguments(
    title: str, functions: dict[str, Callable[..., Any]], casing: Casing | None
) -> type[BaseModel]:
    """Create a model with one field per function, whose fields are the arguments."""
    fields: dict[str, Any] = {
        f"call{number}": (_parameters(f"{title}_{wire}", function, casing), Field(alias=wire))
        for number, (wire, function) in enumerate(functions.items())
    }
    return create_model(title, **fields)


def _parameters(title: str, function: Any, casing: Casing | None) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    parameters = list(inspect.signature(function).parameters.values())[1:]  # without `self`
    names = getattr(inspect.unwrap(function), "__globals__", {})
    for number, parameter in enumerate(parameters):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        annotation: Any = Any
        if parameter.annotation is not parameter.empty:
            annotation = resolve_annotation(parameter.annotation, names, function, parameter.name)
        if adapter_for(annotation, function, parameter.name) is None:
            annotation = Any
        aliases = argument_aliases(parameter.name, annotation, parameter.default, casing)
        wire = next((each for each in aliases if isinstance(each, str)), parameter.name)
        fields[f"argument{number}"] = (annotation, _field(parameter.default, wire))
    return create_model(title, **fields)


def _alias(name: str, info: Any) -> str:
    alias = info.serialization_alias if isinstance(info, FieldInfo) else info.alias
    return name if alias is None else str(alias)


def _field(default: Any, wire: str) -> Any:
    if isinstance(default, FieldInfo):
        return FieldInfo.merge_field_infos(default, alias=wire, validation_alias=wire)
    return Field(... if default is inspect.Parameter.empty else default, alias=wire)
