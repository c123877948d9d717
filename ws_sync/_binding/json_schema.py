"""JSON Schemas of the state and the calls of a model, for generating typed frontends.

A model `Notes` with an action `SET_TITLE` and a task `COUNT` has these definitions:

    Notes                  the state, as the server sends it
    CreateNotes            the model, as it is validated; only if that differs
    NotesActionSetTitle    the arguments of one action, as they are validated
    NotesActionsKeys       an enumeration of the names of the actions
    NotesActionsParams     an object with the arguments of each action; null if it has none
    NotesTaskCount, NotesTasksKeys, NotesTasksParams    the same for tasks
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from ws_sync._binding.call_models import call_models
from ws_sync._binding.markers import Mark, class_functions
from ws_sync._binding.schema_names import NamesByMode
from ws_sync._binding.state_schema import is_camel, state_schema
from ws_sync._binding.wire_names import casing_of

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFINITIONS = "#/$defs/{model}"
_COMPONENTS = "#/components/schemas/{model}"

_KINDS: dict[str, Mark] = {"Action": "remote_action", "Task": "remote_task"}

Schema = dict[str, Any]
Schemas = dict[tuple[str, JsonSchemaMode], Schema]


def schemas_of(
    cls: type[BaseModel],
    generator: type[GenerateJsonSchema] = GenerateJsonSchema,
    ref_template: str = DEFINITIONS,
    *,
    validation: bool = True,
) -> tuple[Schemas, Schema]:
    """Return the schemas of a model in the form of PyPI's `ws-sync`.

    Args:
        cls: the model.
        generator: names the definitions.
        ref_template: the form of references to them.
        validation: whether the model as it is validated is included.

    Returns:
        The schemas by name and mode, and an object with `$defs`, to which they refer. The names are
        those of the actions and the tasks, `MODEL STATE`, `MODEL CREATE`, `REMOTE ACTIONS KEYS`,
        `REMOTE ACTIONS PARAMS`, `REMOTE TASKS KEYS` and `REMOTE TASKS PARAMS`.
    """
    casing = casing_of(cls, is_camel(cls))
    marked = {kind: class_functions(cls, mark) for kind, mark in _KINDS.items()}
    calls = {kind: call_models(cls, kind, each, casing) for kind, each in marked.items()}
    inputs: list[tuple[tuple[str, str], JsonSchemaMode, Any]] = [
        ((kind, name), "validation", model.__pydantic_core_schema__)
        for kind, models in calls.items()
        for name, model in models.items()
    ]
    if validation:
        inputs.append((("", "MODEL CREATE"), "validation", cls.__pydantic_core_schema__))
    inputs.append((("", "MODEL STATE"), "serialization", state_schema(cls)))
    made = generator(by_alias=True, ref_template=ref_template)
    roots, definitions = made.generate_definitions(inputs)
    schemas: Schemas = {(name, mode): root for ((_, name), mode), root in roots.items()}
    for kind, models in calls.items():
        arguments = {name: roots[(kind, name), "validation"] for name in models}
        without = {name: {"type": "null"} for name in models if not models[name].model_fields}
        schemas |= _helpers(kind, f"{cls.__name__}{kind}s", arguments | without)
    return schemas, {"$defs": dict(definitions)}


def schema_of(cls: type[BaseModel], ref_template: str = DEFINITIONS) -> Schema:
    """Return one JSON Schema with all definitions of a model.

    Its properties `state`, `actions`, `tasks`, `actionNames` and `taskNames` refer to definitions
    in `$defs`.
    """
    name = cls.__name__
    parts = {
        "state": name, "actions": f"{name}ActionsParams", "tasks": f"{name}TasksParams",
        "actionNames": f"{name}ActionsKeys", "taskNames": f"{name}TasksKeys",
    }  # fmt: skip
    return {
        "$schema": _DIALECT,
        "title": name,
        "type": "object",
        "properties": {
            part: {"$ref": ref_template.format(model=each)} for part, each in parts.items()
        },
        "required": list(parts),
        "$defs": _all_definitions(cls, NamesByMode, ref_template, validation=False),
    }


def attached(
    cls: type[BaseModel], openapi: Mapping[str, Any], generator: type[GenerateJsonSchema]
) -> Schema:
    """Return a copy of an OpenAPI document with the definitions in `components.schemas`."""
    document = deepcopy(dict(openapi))
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_all_definitions(cls, generator, _COMPONENTS, validation=True))
    return document


def _all_definitions(
    cls: type[BaseModel], generator: type[GenerateJsonSchema], template: str, *, validation: bool
) -> Schema:
    """Return the definitions, and the schemas that have a title, by name."""
    schemas, definitions = schemas_of(cls, generator, template, validation=validation)
    titled = {schema["title"]: schema for schema in schemas.values() if "title" in schema}
    return {**titled, **definitions["$defs"]}


def _helpers(kind: str, title: str, arguments: dict[str, Schema]) -> Schemas:
    """Return the names of all actions or tasks as an enumeration, and their arguments by name."""
    names, what = list(arguments), kind.lower()
    return {
        (f"REMOTE {kind.upper()}S KEYS", "validation"): {
            "description": f"The names of the {what}s",
            "type": "string",
            "enum": names,
            "title": f"{title}Keys",
        },
        (f"REMOTE {kind.upper()}S PARAMS", "validation"): {
            "description": f"The arguments of each {what}",
            "properties": arguments,
            "required": names,
            "title": f"{title}Params",
            "type": "object",
        },
    }
