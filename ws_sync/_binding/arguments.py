"""Calls from the peer: the name of the function, and arguments that fit its signature.

Each argument is validated by the parameter's annotation (see `annotations`) in pydantic's lax mode.
A parameter without an annotation accepts any value. Arguments without a parameter are dropped
(actions-extra-arguments). An argument has the name of its parameter, or another of its names on the
wire (see `wire_names`). The parameters of each function are inspected once for each casing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MethodType
from typing import Annotated, Any, Optional
from weakref import WeakKeyDictionary

from pydantic import AliasPath, Discriminator, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ws_sync._binding.annotations import adapter_for, is_finite, reason_of, resolve_annotation
from ws_sync._binding.taken import Taken, taken_by
from ws_sync._binding.wire_names import Casing, argument_aliases, from_wire
from ws_sync._core.json.codec import JSON
from ws_sync.exceptions import RefusedArguments

_parameters_of: WeakKeyDictionary[Callable[..., Any], dict[Casing | None, Parameters]]
_parameters_of = WeakKeyDictionary()

_EXACT = (str, int, float, bool)
"""Types whose JSON values need no conversion."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function.

    Attributes:
        name: its name.
        annotation: its type.
        alias: its other name on the wire, if it has one.
        more_aliases: its further names.
        adapter: validates an argument for it; None accepts any value.
        exact: a type whose JSON values need no conversion.
        default: the pydantic `Field` that is its default, if there is one.
        required: whether an argument is required.
        collects: whether it is a `**parameter`.
        positional: for a positional-only parameter a tuple with its default, or an empty one;
            None for others.
    """

    name: str
    alias: str | None
    more_aliases: tuple[str | AliasPath, ...]
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

    def fit(self, function: object, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
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
            elif parameter.alias in left:
                fitted[own] = _read(parameter, name, left.pop(parameter.alias))
            elif parameter.more_aliases and _found(parameter, left) is not PydanticUndefined:
                fitted[own] = _read(parameter, name, _found(parameter, left))
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
    function: Callable[..., Any],
    name: str,
    arguments: dict[str, Any],
    casing: Casing | None = None,
) -> tuple[list[Any], Mapping[str, Any]]:
    """Return the positional and the named arguments to call `function` with; see `fit`.

    Raises:
        RefusedArguments: as `fit` does.
    """
    parameters = _parameters(function, casing)
    return parameters.split(parameters.fit(function, name, arguments))


def fit(
    function: Callable[..., Any],
    name: str,
    arguments: dict[str, Any],
    casing: Casing | None = None,
) -> dict[str, Any]:
    """Return the validated arguments to call `function` with, by parameter.

    Args:
        function: an action or a task; a method is bound.
        name: its name, for the error.
        arguments: the arguments that the peer sent.
        casing: makes the names on the wire of parameters without an alias, see `casing_of`.

    Raises:
        RefusedArguments: an argument is missing, or its parameter's type rejects it.
    """
    return _parameters(function, casing).fit(function, name, arguments)


def split(
    function: Callable[..., Any], fitted: Mapping[str, Any]
) -> tuple[list[Any], Mapping[str, Any]]:
    """Split the result of `fit` into positional and named arguments."""
    return _parameters(function, None).split(fitted)


def bound(function: Callable[..., Any], owner: object) -> Callable[..., Any]:
    """Return a function of the application, bound to its object if it takes `self`.

    A plain function whose first parameter is called `self` is a method that is not bound yet.
    """
    if hasattr(function, "__self__") or not inspect.isfunction(function):
        return function
    first = next(iter(inspect.signature(function).parameters), None)
    return MethodType(function, owner) if first == "self" else function


def _found(parameter: Parameter, arguments: dict[str, Any]) -> Any:
    """Return the argument that has one of the further names of a parameter, or `Undefined`."""
    for alias in parameter.more_aliases:
        path = alias if isinstance(alias, AliasPath) else AliasPath(alias)
        if (found := path.search_dict_for_path(arguments)) is not PydanticUndefined:
            return found
    return PydanticUndefined


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


def _parameters(function: Callable[..., Any], casing: Casing | None) -> Parameters:
    """Return the parameters after `self`; they are cached by plain function, not by method."""
    plain = getattr(function, "__func__", function)
    try:
        known = _parameters_of.get(plain)
        if known is None:
            known = _parameters_of[plain] = {}
        if casing not in known:
            known[casing] = _describe(function, casing)
        return known[casing]
    except TypeError:  # a callable object that is not hashable or not weakly referable
        return _describe(function, casing)


def _describe(function: Callable[..., Any], casing: Casing | None) -> Parameters:
    return Parameters(
        _parameter(function, taken, casing)
        for taken in taken_by(function)
        if taken.parameter.kind is not inspect.Parameter.VAR_POSITIONAL
    )


def _parameter(function: Callable[..., Any], taken: Taken, casing: Casing | None) -> Parameter:
    annotation, parameter = annotation_of(taken), taken.parameter
    default = parameter.default
    aliases = argument_aliases(parameter.name, annotation, default, casing)
    annotation = _without_alias(annotation)
    alias = aliases[0] if aliases and isinstance(aliases[0], str) else None
    return Parameter(
        name=parameter.name,
        alias=alias,
        more_aliases=aliases[alias is not None :],
        annotation=annotation,
        adapter=adapter_for(annotation, function, parameter.name),
        exact=annotation if annotation in _EXACT else None,
        default=default if isinstance(default, FieldInfo) else None,
        required=_is_required(default) and not taken.is_passed_on,
        collects=parameter.kind is parameter.VAR_KEYWORD,
        positional=_default(parameter) if parameter.kind is parameter.POSITIONAL_ONLY else None,
    )


def _without_alias(annotation: Any) -> Any:
    """Return an annotation without the aliases in it, of which an adapter would warn."""
    info = FieldInfo.from_annotation(annotation)
    if info.validation_alias is None and info.alias is None:
        return annotation
    discriminator = info.discriminator
    if isinstance(discriminator, str):
        discriminator = Discriminator(discriminator)
    metadata = [*info.metadata, *([] if discriminator is None else [discriminator])]
    return Annotated[info.annotation, *metadata] if metadata else info.annotation


def _names_around(function: Any) -> dict[str, Any]:
    """Return the namespace of a function's annotations: that of its module."""
    while isinstance(function, partial):
        function = function.func
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


def annotation_of(taken: Taken) -> Any:
    """Return the resolved annotation of a parameter, with the pydantic `Field` of its default."""
    parameter, function = taken.parameter, taken.declared_by
    if parameter.annotation is parameter.empty:
        return Any
    names = _names_around(function)
    annotation = resolve_annotation(parameter.annotation, names, function, parameter.name)
    default = parameter.default
    if annotation is Any:
        return Any
    if default is None or (isinstance(default, FieldInfo) and default.default is None):
        annotation = Optional[annotation]  # noqa: UP045  # `|` needs a type
    return Annotated[annotation, default] if isinstance(default, FieldInfo) else annotation
