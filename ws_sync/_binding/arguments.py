"""Calls from the peer: the name of the function, and arguments that fit its signature.

Each argument is read by the parameter's annotation (see `annotations`), in pydantic's lax mode; a
parameter without one takes any value. Arguments that the function does not know are left out
(actions-extra-arguments). How a function wants its arguments is worked out once per function.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ws_sync._binding.annotations import adapter, is_finite, reason_of, resolve
from ws_sync._binding.attributes import camel_case
from ws_sync._binding.wire_names import incoming
from ws_sync._core.json.codec import JSON
from ws_sync.exceptions import RefusedArguments

_parameters_of: WeakKeyDictionary[Callable[..., Any], Parameters] = WeakKeyDictionary()

_EXACT = (str, int, float, bool)
"""Types that take a JSON value of theirs as it is."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function.

    Attributes:
        name: its name.
        annotation: its type.
        spelled: its name in camel case.
        adapter: reads an argument for it; None takes any value.
        exact: a type of JSON whose values are read as they are.
        default: pydantic's `Field` that stands as its default, if there is one.
        required: whether it must be given.
        collects: whether it is a `**parameter`.
        positional: the default of a parameter that can't be given by name, in a tuple, which is
            empty when it has none; None for the others.
    """

    name: str
    spelled: str
    annotation: Any
    adapter: TypeAdapter[Any] | None
    exact: Any
    default: FieldInfo | None
    required: bool
    collects: bool
    positional: tuple[Any, ...] | None


class Parameters(list[Parameter]):
    """The parameters of a function.

    Attributes:
        are_named: whether all of them can be given by name.
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        super().__init__(parameters)
        self.are_named = all(parameter.positional is None for parameter in self)


def read_call(data: JSON) -> tuple[str, dict[str, Any]]:
    """Split the data of an action or a task into the name and the arguments.

    Raises:
        RefusedArguments: it is not an object with a string `type`.
    """
    if type(data) is not dict or type(data.get("type")) is not str:
        raise RefusedArguments(None, "a call is an object with a member 'type' that is a string")
    arguments = dict(data)
    return arguments.pop("type"), arguments


def bind(
    function: Callable[..., Any], name: str, arguments: dict[str, Any], camel: bool = False
) -> tuple[list[Any], Mapping[str, Any]]:
    """Return what `function` is to be called with, by position and by name; see `fit`.

    Raises:
        RefusedArguments: as `fit` does.
    """
    parameters = _parameters(function)
    return _split(parameters, _fit(parameters, function, name, arguments, camel))


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
    return _fit(_parameters(function), function, name, arguments, camel)


def split(
    function: Callable[..., Any], fitted: Mapping[str, Any]
) -> tuple[list[Any], Mapping[str, Any]]:
    """Split what `fit` has returned into what is given by position, and what by name."""
    return _split(_parameters(function), fitted)


def _fit(
    parameters: Parameters,
    function: Callable[..., Any],
    name: str,
    arguments: dict[str, Any],
    camel: bool,
) -> dict[str, Any]:
    left = dict(arguments)
    if "self" in left and hasattr(function, "__self__"):
        del left["self"]  # Python gives it already
    fitted: dict[str, Any] = {}
    for parameter in parameters:
        own = parameter.name
        if parameter.collects:
            fitted |= {other: _read(parameter, name, value) for other, value in left.items()}
        elif own in left:
            fitted[own] = _read(parameter, name, left.pop(own))
        elif camel and parameter.spelled in left:
            fitted[own] = _read(parameter, name, left.pop(parameter.spelled))
        elif parameter.required:
            raise RefusedArguments(name, f"{parameter.name!r} is missing")  # actions-arguments
        elif parameter.default is not None:
            fitted[parameter.name] = parameter.default.get_default(call_default_factory=True)
    return fitted  # Python adds the other defaults (actions-default)


def _split(
    parameters: Parameters, fitted: Mapping[str, Any]
) -> tuple[list[Any], Mapping[str, Any]]:
    if parameters.are_named:
        return [], fitted
    named = dict(fitted)
    by_position: list[Any] = []
    for parameter in parameters:
        if parameter.positional is None:
            continue
        if parameter.name in named:
            by_position.append(named.pop(parameter.name))
        else:
            by_position.extend(parameter.positional)
    return by_position, named


def _read(parameter: Parameter, name: str, value: Any) -> Any:
    if parameter.adapter is None or type(value) is parameter.exact:
        return value
    known = incoming(parameter.annotation, value)
    try:
        read = parameter.adapter.validate_python(known, by_alias=True, by_name=True)
    except ValidationError as error:
        raise RefusedArguments(name, f"{parameter.name!r}: {reason_of(error)}") from error
    if not is_finite(read):
        raise RefusedArguments(name, f"{parameter.name!r}: a number is not finite")
    return read


def _parameters(function: Callable[..., Any]) -> Parameters:
    """Return the parameters behind `self`; for every method of a class the same object."""
    plain = getattr(function, "__func__", function)
    try:
        known = _parameters_of.get(plain)
        if known is None:
            known = _parameters_of[plain] = _describe(function)
    except TypeError:  # an object that can be called, and can't be a key here
        return _describe(function)
    return known


def _describe(function: Callable[..., Any]) -> Parameters:
    names = _names_around(function)
    return Parameters(
        _parameter(function, parameter, names)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not parameter.VAR_POSITIONAL
    )


def _parameter(
    function: Callable[..., Any], parameter: inspect.Parameter, names: dict[str, Any]
) -> Parameter:
    annotation = _annotation(function, parameter, names)
    return Parameter(
        name=parameter.name,
        spelled=camel_case(parameter.name),
        annotation=annotation,
        adapter=adapter(annotation, function, parameter.name),
        exact=annotation if annotation in _EXACT else None,
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
