"""Calls from the peer: the name of the function, and arguments that fit its signature.

Each argument is read by the parameter's annotation (see `annotations`), in pydantic's lax mode; a
parameter without one takes any value. Arguments that the function does not know are left out
(actions-extra-arguments). How a function wants its arguments is worked out once per function.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ws_sync.annotations import adapter, is_finite, reason_of, resolve
from ws_sync.attributes import camel_case
from ws_sync.codec import JSON
from ws_sync.exceptions import RefusedArguments
from ws_sync.wire_names import incoming

_parameters_of: WeakKeyDictionary[Callable[..., Any], list[Parameter]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function.

    Attributes:
        name: its name.
        annotation: its type.
        adapter: reads an argument for it; None takes any value.
        default: pydantic's `Field` that stands as its default, if there is one.
        required: whether it must be given.
        collects: whether it is a `**parameter`.
        positional: the default of a parameter that can't be given by name, in a tuple, which is
            empty when it has none; None for the others.
    """

    name: str
    annotation: Any
    adapter: TypeAdapter[Any] | None
    default: FieldInfo | None
    required: bool
    collects: bool
    positional: tuple[Any, ...] | None


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


def split(
    function: Callable[..., Any], fitted: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Split what `fit` has returned into what is given by position, and what by name."""
    named = dict(fitted)
    by_position: list[Any] = []
    for parameter in _parameters(function):
        if parameter.positional is None:
            continue
        if parameter.name in named:
            by_position.append(named.pop(parameter.name))
        else:
            by_position.extend(parameter.positional)
    return by_position, named


def _read(parameter: Parameter, name: str, value: Any) -> Any:
    if parameter.adapter is None:
        return value
    known = incoming(parameter.annotation, value)
    try:
        read = parameter.adapter.validate_python(known, by_alias=True, by_name=True)
    except ValidationError as error:
        raise RefusedArguments(name, f"{parameter.name!r}: {reason_of(error)}") from error
    if not is_finite(read):
        raise RefusedArguments(name, f"{parameter.name!r}: a number is not finite")
    return read


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
        _parameter(function, parameter, names)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not parameter.VAR_POSITIONAL
    ]


def _parameter(
    function: Callable[..., Any], parameter: inspect.Parameter, names: dict[str, Any]
) -> Parameter:
    annotation = _annotation(function, parameter, names)
    return Parameter(
        name=parameter.name,
        annotation=annotation,
        adapter=adapter(annotation, function, parameter.name),
        default=parameter.default if isinstance(parameter.default, FieldInfo) else None,
        required=_is_required(parameter.default),
        collects=parameter.kind is parameter.VAR_KEYWORD,
        positional=_default(parameter) if parameter.kind is parameter.POSITIONAL_ONLY else None,
    )


def _names_around(function: Any) -> dict[str, Any]:
    """Return the names that annotations of a function may use: those of its module."""
    while isinstance(function, partial):
        function = function.func
    function = inspect.unwrap(function)
    if not hasattr(function, "__globals__") and not inspect.ismethod(function):
        function = type(function).__call__  # an object that can be called
    names: dict[str, Any] = getattr(function, "__globals__", {})
    return names


def _default(parameter: inspect.Parameter) -> tuple[Any, ...]:
    return () if parameter.default is parameter.empty else (parameter.default,)


def _is_required(default: object) -> bool:
    if isinstance(default, FieldInfo):
        return default.is_required()
    return default is inspect.Parameter.empty


def _annotation(
    function: Callable[..., Any], parameter: inspect.Parameter, names: dict[str, Any]
) -> Any:
    if parameter.annotation is parameter.empty:
        return Any
    annotation = resolve(parameter.annotation, names, function, parameter.name)
    if isinstance(parameter.default, FieldInfo) and annotation is not Any:
        return Annotated[annotation, parameter.default]
    return annotation
