"""Calls from the peer: the name of the function, and arguments that fit its signature.

Each argument is read by the parameter's annotation, in pydantic's lax mode; a parameter without
one takes any value. Arguments that the function does not know are left out
(actions-extra-arguments). How a function wants its arguments is worked out once per function.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from pydantic import ConfigDict, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ws_sync.attributes import camel_case
from ws_sync.codec import JSON
from ws_sync.exceptions import RefusedArguments

_parameters_of: WeakKeyDictionary[Callable[..., Any], list[Parameter]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function.

    Attributes:
        name: its name.
        adapter: reads an argument for it; None takes any value.
        default: pydantic's `Field` that stands as its default, if there is one.
        required: whether it must be given.
        collects: whether it is a `**parameter`.
    """

    name: str
    adapter: TypeAdapter[Any] | None
    default: FieldInfo | None
    required: bool
    collects: bool


def read_call(data: JSON) -> tuple[str, dict[str, Any]]:
    """Split the data of an action or a task into the name and the arguments.

    Raises:
        RefusedArguments: it is not an object with a string `type`.
    """
    if type(data) is not dict or type(data.get("type")) is not str:
        raise RefusedArguments(None, "a call is an object with a member 'type' that is a string")
    arguments = dict(data)
    return arguments.pop("type"), arguments


def fit(
    function: Callable[..., Any], name: str, arguments: dict[str, Any], camel: bool = False
) -> dict[str, Any]:
    """Return what `function` is to be called with.

    Args:
        function: an action or a task; bound, if it is a method.
        name: its name, for the error.
        arguments: what the peer sent.
        camel: whether the peer may write the names in camel case.

    Raises:
        RefusedArguments: one is missing, or can't be read as its parameter's type.
    """
    left = dict(arguments)
    fitted: dict[str, Any] = {}
    for parameter in _parameters(function):
        sent = _name_sent(parameter.name, left, camel)
        if parameter.collects:
            fitted.update(left)
        elif sent is not None:
            fitted[parameter.name] = _read(parameter, name, left.pop(sent))
        elif parameter.required:
            raise RefusedArguments(name, f"{parameter.name!r} is missing")  # actions-arguments
        elif parameter.default is not None:
            fitted[parameter.name] = parameter.default.get_default(call_default_factory=True)
    return fitted  # Python adds the other defaults (actions-default)


def _read(parameter: Parameter, name: str, value: Any) -> Any:
    if parameter.adapter is None:
        return value
    try:
        return parameter.adapter.validate_python(value)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise RefusedArguments(name, f"{parameter.name!r}: {reason}") from error


def _name_sent(name: str, arguments: dict[str, Any], camel: bool) -> str | None:
    spellings = (name, camel_case(name)) if camel else (name,)
    return next((spelling for spelling in spellings if spelling in arguments), None)


def _parameters(function: Callable[..., Any]) -> list[Parameter]:
    """Return the parameters behind `self`; for every method of a class the same list."""
    plain = getattr(function, "__func__", function)
    known = _parameters_of.get(plain)
    if known is None:
        signature = list(inspect.signature(plain).parameters.values())
        known = _describe(plain, signature[1:] if plain is not function else signature)
        _parameters_of[plain] = known
    return known


def _describe(function: Callable[..., Any], signature: list[inspect.Parameter]) -> list[Parameter]:
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError):  # a name that is only known to type checkers; not a function
        hints = {}
    return [
        Parameter(
            name=parameter.name,
            adapter=_adapter(hints.get(parameter.name), parameter.default),
            default=parameter.default if isinstance(parameter.default, FieldInfo) else None,
            required=_is_required(parameter.default),
            collects=parameter.kind is parameter.VAR_KEYWORD,
        )
        for parameter in signature
        if parameter.kind is not parameter.VAR_POSITIONAL
    ]


def _is_required(default: object) -> bool:
    if isinstance(default, FieldInfo):
        return default.is_required()
    return default is inspect.Parameter.empty


def _adapter(annotation: Any, default: object) -> TypeAdapter[Any] | None:
    if annotation is None or annotation is Any:
        return None
    if isinstance(default, FieldInfo):
        annotation = Annotated[annotation, default]
    try:
        return TypeAdapter(annotation)
    except PydanticSchemaGenerationError:  # a class that pydantic can't read from JSON
        return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))
