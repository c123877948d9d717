"""The arguments of actions and tasks as pydantic models: for JSON Schemas and for validation.

The model of the action `SET_TITLE` of `Notes` is called `NotesActionSetTitle`. Its fields are the
parameters of the function, with their names on the wire as aliases.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_pascal
from pydantic.fields import FieldInfo

from ws_sync._binding.annotations import adapter_for
from ws_sync._binding.arguments import annotation_of
from ws_sync._binding.taken import taken_by
from ws_sync._binding.wire_names import Casing, argument_aliases

_CONFIG = ConfigDict(
    validate_by_name=True, validate_by_alias=True, protected_namespaces=(),
    arbitrary_types_allowed=True,
)  # fmt: skip


def call_models(
    cls: type, kind: str, functions: Mapping[str, Callable[..., Any]], casing: Casing | None
) -> dict[str, type[BaseModel]]:
    """Return the models of the arguments of functions, by their names for the client.

    Args:
        cls: the class of the object.
        kind: `Action` or `Task`, for the names of the models.
        functions: the functions by name; methods are bound.
        casing: see `casing_of`.
    """
    return {
        name: _call_model(f"{cls.__name__}{kind}{to_pascal(name)}", cls, function, casing)
        for name, function in functions.items()
    }


def _call_model(title: str, cls: type, function: Any, casing: Casing | None) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for taken in taken_by(function):
        parameter = taken.parameter
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        annotation = annotation_of(taken)
        aliases = argument_aliases(parameter.name, annotation, parameter.default, casing)
        if adapter_for(annotation, function, parameter.name) is None:
            annotation = Any
        fields[_field_name(parameter.name, len(fields))] = (
            annotation,
            _field(parameter, aliases[0] if aliases else parameter.name),
        )
    return create_model(title, __config__=_CONFIG, __module__=cls.__module__, **fields)


def _field_name(name: str, number: int) -> str:
    """Return a name for the field of a parameter; pydantic allows not every name."""
    return f"argument{number}" if name.startswith("_") or hasattr(BaseModel, name) else name


def _field(parameter: inspect.Parameter, alias: str | AliasPath) -> Any:
    default = parameter.default
    if isinstance(default, FieldInfo):
        return FieldInfo.merge_field_infos(default, alias=alias, validation_alias=alias)
    return Field(... if default is parameter.empty else default, validation_alias=alias)
