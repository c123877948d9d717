"""Calls from the peer: the name of the function, and arguments that fit its signature.

Each argument is read by the parameter's annotation, in pydantic's lax mode; a parameter without
one takes any value. So does one whose annotation can't be resolved at run time (a name that is
only imported for type checkers): a warning tells, and the other parameters are checked all the
same. NaN and Infinity are no values of JSON, and no text is read as one. Arguments that the
function does not know are left out (actions-extra-arguments). How a function wants its arguments
is worked out once per function.
"""

from __future__ import annotations

import inspect
import logging
import math
import typing
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from types import SimpleNamespace
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from pydantic import (
    BaseModel,
    ConfigDict,
    PydanticSchemaGenerationError,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo

from ws_sync.attributes import camel_case
from ws_sync.codec import JSON
from ws_sync.exceptions import RefusedArguments

_log = logging.getLogger("ws_sync")

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
    if hasattr(function, "__self__"):
        left.pop("self", None)  # Python gives it already
    fitted: dict[str, Any] = {}
    for parameter in _parameters(function):
        sent = _name_sent(parameter.name, left, camel)
        if parameter.collects:
            fitted |= {other: _read(parameter, name, value) for other, value in left.items()}
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
        read = parameter.adapter.validate_python(value)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise RefusedArguments(name, f"{parameter.name!r}: {reason}") from error
    if not _is_finite(read):
        raise RefusedArguments(name, f"{parameter.name!r}: a number is not finite")
    return read


def _is_finite(value: object) -> bool:
    """Tell whether no NaN or Infinity is in a value that pydantic has made."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_finite, value)) and all(map(_is_finite, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_finite, value))
    if isinstance(value, BaseModel):
        return all(map(_is_finite, vars(value).values()))
    if is_dataclass(value):
        return all(_is_finite(getattr(value, field.name, None)) for field in fields(value))
    return True


def _name_sent(name: str, arguments: dict[str, Any], camel: bool) -> str | None:
    spellings = (name, camel_case(name)) if camel else (name,)
    return next((spelling for spelling in spellings if spelling in arguments), None)


def _parameters(function: Callable[..., Any]) -> list[Parameter]:
    """Return the parameters behind `self`; for every method of a class the same list."""
    plain = getattr(function, "__func__", function)
    try:
        known = _parameters_of.get(plain)
        if known is None:
            known = _parameters_of[plain] = _describe(function)
    except TypeError:  # an object that can be called, and can't be a key here
        return _describe(function)
    return known


def _describe(function: Callable[..., Any]) -> list[Parameter]:
    names = _names_around(function)
    return [
        Parameter(
            name=parameter.name,
            adapter=_adapter(function, parameter, names),
            default=parameter.default if isinstance(parameter.default, FieldInfo) else None,
            required=_is_required(parameter.default),
            collects=parameter.kind is parameter.VAR_KEYWORD,
        )
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not parameter.VAR_POSITIONAL
    ]


def _names_around(function: Any) -> dict[str, Any]:
    """Return the names that annotations of a function may use: those of its module."""
    while isinstance(function, partial):
        function = function.func
    function = inspect.unwrap(function)
    if not hasattr(function, "__globals__") and not inspect.ismethod(function):
        function = type(function).__call__  # an object that can be called
    names: dict[str, Any] = getattr(function, "__globals__", {})
    return names


def _is_required(default: object) -> bool:
    if isinstance(default, FieldInfo):
        return default.is_required()
    return default is inspect.Parameter.empty


def _adapter(
    function: Callable[..., Any], parameter: inspect.Parameter, names: dict[str, Any]
) -> TypeAdapter[Any] | None:
    if parameter.annotation is parameter.empty:
        return None
    annotated = SimpleNamespace(__annotations__={"it": parameter.annotation})
    try:
        annotation = typing.get_type_hints(annotated, names, include_extras=True)["it"]
        if isinstance(parameter.default, FieldInfo):
            annotation = Annotated[annotation, parameter.default]
        return _type_adapter(annotation)
    except Exception as error:  # noqa: BLE001  # whatever evaluating an annotation raises
        _log.warning("%r takes any value as %r: %s", function, parameter.name, error)
        return None


def _type_adapter(annotation: Any) -> TypeAdapter[Any] | None:
    if annotation is Any:
        return None
    try:
        return TypeAdapter(annotation)
    except PydanticSchemaGenerationError:  # a class that pydantic can't read from JSON
        return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))
