"""Calls from the peer: the name of the function, and arguments that fit its signature.

Each argument is validated by the parameter's annotation (see `annotations`) in pydantic's lax mode.
A parameter without an annotation accepts any value. Arguments without a parameter are dropped
(actions-extra-arguments). The parameters of each function are inspected once.
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

from ws_sync._binding.annotations import adapter_for, is_finite, reason_of, resolve_annotation
from ws_sync._binding.attributes import camel_case
from ws_sync._binding.wire_names import from_wire
from ws_sync._core.json.codec import JSON
from ws_sync.exceptions import RefusedArguments

_parameters_of: WeakKeyDictionary[Callable[..., Any], Parameters] = WeakKeyDictionary()

_EXACT = (str, int, float, bool)
"""Types whose JSON values need no conversion."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function.

    Attributes:
        name: its name.
        annotation: its type.
        camel_name: its name in camel case.
        adapter: validates an argument for it; None accepts any value.
        exact: a type whose JSON values need no conversion.
        default: the pydantic `Field` that is its default, if there is one.
        required: whether an argument is required.
        collects: whether it is a `**parameter`.
        positional: for a positional-only parameter a tuple with its default, or an empty one;
            None for others.
    """

    name: str
    camel_name: str
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
        are_named: whether all of them accept an argument by name.
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        super().__init__(parameters)
        self.are_named = all(parameter.positional is None for parameter in self)

    def fit(
        self, function: object, name: str, arguments: dict[str, Any], camel: bool
    ) -> dict[str, Any]:
        """See the function `fit`."""
        left = dict(arguments)
        if "self" in left and hasattr(function, "__self__"):
            del left["self"]  # Python passes it already
        fitted: dict[str, Any] = {}
        for parameter in self:
            own = parameter.name
            if parameter.collects:
                fitted |= {other: _read(parameter, name, value) for other, value in left.items()}
            elif own in left:
                fitted[own] = _read(parameter, name, left.pop(own))
            elif camel and parameter.camel_name in left:
                fitted[own] = _read(parameter, name, left.pop(parameter.camel_name))
            elif parameter.required:
                raise RefusedArguments(name, f"{parameter.name!r} is missing")  # actions-arguments
            elif parameter.default is not None:
                fitted[parameter.name] = parameter.default.get_default(call_default_factory=True)
        return fitted  # Python adds the remaining defaults (actions-default)

    def split(self, fitted: Mapping[str, Any]) -> tuple[list[Any], Mapping[str, Any]]:
        """See the function `split`."""
        if self.are_named:
            return [], fitted
        named = dict(fitted)
        by_position: list[Any] = []
        for parameter in self:
            if parameter.positional is None:
                continue
            if parameter.name in named:
                by_position.append(named.pop(parameter.name))
            else:
                by_position.extend(parameter.positional)
        return by_position, named


def read_call(data: JSON) -> tuple[str, dict[str, Any]]:
    """Split the data of an action or a task into the name and the arguments.

    Raises:
        RefusedArguments: the data is not an object with a string `type`.
    """
    if type(data) is not dict or type(data.get("type")) is not str:
        raise RefusedArguments(None, "the data must be an object with a string member 'type'")
    arguments = dict(data)
    return arguments.pop("type"), arguments


def bind(
    function: Callable[..., Any], name: str, arguments: dict[str, Any], camel: bool = False
) -> tuple[list[Any], Mapping[str, Any]]:
    """Return the positional and the named arguments to call `function` with; see `fit`.

    Raises:
        RefusedArguments: as `fit` does.
    """
    parameters = _parameters(function)
    return parameters.split(parameters.fit(function, name, arguments, camel))


def fit(
    function: Callable[..., Any], name: str, arguments: dict[str, Any], camel: bool = False
) -> dict[str, Any]:
    """Return the validated arguments to call `function` with, by parameter.

    Args:
        function: an action or a task; a method is bound.
        name: its name, for the error.
        arguments: the arguments that the peer sent.
        camel: whether names in camel case are accepted too.

    Raises:
        RefusedArguments: an argument is missing, or its parameter's type rejects it.
    """
    return _parameters(function).fit(function, name, arguments, camel)


def split(
    function: Callable[..., Any], fitted: Mapping[str, Any]
) -> tuple[list[Any], Mapping[str, Any]]:
    """Split the result of `fit` into positional and named arguments."""
    return _parameters(function).split(fitted)


def _read(parameter: Parameter, name: str, value: Any) -> Any:
    if parameter.adapter is None or type(value) is parameter.exact:
        return value
    known = from_wire(parameter.annotation, value)
    try:
        read = parameter.adapter.validate_python(known, by_alias=True, by_name=True)
    except ValidationError as error:
        raise RefusedArguments(name, f"{parameter.name!r}: {reason_of(error)}") from error
    if not is_finite(read):
        raise RefusedArguments(name, f"{parameter.name!r}: a number is not finite")
    return read


def _parameters(function: Callable[..., Any]) -> Parameters:
    """Return the parameters after `self`; they are cached by plain function, not by method."""
    plain = getattr(function, "__func__", function)
    try:
        known = _parameters_of.get(plain)
        if known is None:
            known = _parameters_of[plain] = _describe(function)
    except TypeError:  # a callable object that is not hashable or not weakly referable
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
        camel_name=camel_case(parameter.name),
        annotation=annotation,
        adapter=adapter_for(annotation, function, parameter.name),
        exact=annotation if annotation in _EXACT else None,
        default=parameter.default if isinstance(parameter.default, FieldInfo) else None,
        required=_is_required(parameter.default),
        collects=parameter.kind is parameter.VAR_KEYWORD,
        positional=_default(parameter) if parameter.kind is parameter.POSITIONAL_ONLY else None,
    )


def _names_around(function: Any) -> dict[str, Any]:
    """Return the namespace of a function's annotations: that of its module."""
    while isinstance(function, partial):
        function = function.func
    function = inspect.unwrap(function)
    if not hasattr(function, "__globals__") and not inspect.ismethod(function):
        function = type(function).__call__  # a callable object
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
    annotation = resolve_annotation(parameter.annotation, names, function, parameter.name)
    if isinstance(parameter.default, FieldInfo) and annotation is not Any:
        return Annotated[annotation, parameter.default]
    return annotation
