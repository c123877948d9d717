"""Types that an application has written down, as readers of JSON.

An annotation that can't be resolved at run time (a name that is only imported for type checkers)
takes any value: a warning tells. NaN and Infinity are no values of JSON, and no text is read as
one.
"""

from __future__ import annotations

import math
import sys
import typing
from collections.abc import Iterable
from dataclasses import InitVar, fields, is_dataclass
from types import SimpleNamespace
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import orjson
from pydantic import (
    BaseModel,
    ConfigDict,
    PydanticSchemaGenerationError,
    TypeAdapter,
    ValidationError,
)

from ws_sync._core.json.codec import JSON, dump
from ws_sync._log import Log, log_fields

_log = Log()

_FINITE = frozenset({str, int, bool, bytes, type(None)})
"""Types of the usual values, of which none is NaN or Infinity."""

_of_class: WeakKeyDictionary[type, dict[str, TypeAdapter[Any] | None]] = WeakKeyDictionary()


def resolve(annotation: Any, names: dict[str, Any], owner: object, name: str) -> Any:
    """Return an annotation with the names in it looked up; `Any` when that is impossible.

    Args:
        annotation: as it was written; maybe a string.
        names: what names in it stand for.
        owner: what is annotated, for the warning.
        name: the parameter or attribute, for the warning.
    """
    annotated = SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(annotated, names, include_extras=True)["it"]
    except Exception as error:  # noqa: BLE001  # whatever evaluating an annotation raises
        _warn(owner, name, error)
        return Any


def adapter(annotation: Any, owner: object, name: str) -> TypeAdapter[Any] | None:
    """Return what reads JSON as the type of a resolved annotation; None takes any value."""
    if annotation is Any:
        return None
    try:
        return TypeAdapter(annotation)
    except PydanticSchemaGenerationError:  # a class that pydantic can't read from JSON
        config = ConfigDict(arbitrary_types_allowed=True)
    except Exception as error:  # noqa: BLE001  # whatever building a schema raises
        _warn(owner, name, error)
        return None
    try:
        return TypeAdapter(annotation, config=config)
    except Exception as error:  # noqa: BLE001  # as above
        _warn(owner, name, error)
        return None


def attribute_adapter(cls: type, name: str) -> TypeAdapter[Any] | None:
    """Return what reads JSON as the type of an attribute, by its annotation in a class.

    None when the class has none, or it is `Any`. The nearest base class decides.
    """
    known = _of_class.setdefault(cls, {})
    if name not in known:
        known[name] = adapter(attribute_annotation(cls, name), cls.__name__, name)
    return known[name]


def attribute_annotation(cls: type, name: str) -> Any:
    """Return the annotation of an attribute in a class, resolved; `Any` when it has none."""
    for base in cls.__mro__:
        annotation = vars(base).get("__annotations__", {}).get(name)
        if annotation is None:
            continue
        module = sys.modules.get(base.__module__)
        names = {**vars(module), **vars(base)} if module else dict(vars(base))
        hint = resolve(annotation, names, cls.__name__, name)
        plain = isinstance(hint, InitVar) or typing.get_origin(hint) is ClassVar or hint is ClassVar
        return Any if plain else hint
    return Any


def read_json(reader: TypeAdapter[Any], value: JSON, strict: bool | None = None) -> Any:
    """Read a JSON value by the rules for JSON text; models take their aliases and their names.

    Args:
        reader: the type.
        value: the value.
        strict: whether text is no number; None: as the type says.

    Raises:
        ValueError: the type refuses the value, or a number would not be finite.
    """
    try:
        text = orjson.dumps(value)  # it was JSON before: what `dump` looks for can't be in it
    except TypeError:  # but an integer beyond 64 bits can
        text = dump(value).text
    read = reader.validate_json(text, strict=strict, by_alias=True, by_name=True)
    require_finite(read)
    return read


def reason_of(error: Exception) -> str:
    """Return what a type says against a value, in one line."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]


def require_finite(value: object) -> None:
    """Refuse NaN and Infinity, which pydantic reads from text.

    Raises:
        ValueError: one of them is in the value.
    """
    if not is_finite(value):
        raise ValueError("a number is not finite")


def is_finite(value: object) -> bool:
    """Tell whether no NaN or Infinity is in a value that pydantic has made."""
    if value.__class__ in _FINITE:
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, BaseModel):
        return _are_finite(vars(value).values())
    if isinstance(value, dict):
        return _are_finite(value) and _are_finite(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return _are_finite(value)
    if is_dataclass(value):
        return all(is_finite(getattr(value, field.name, None)) for field in fields(value))
    return True


def _are_finite(values: Iterable[object]) -> bool:
    for value in values:  # noqa: SIM110  # a generator would cost twice the time
        if value.__class__ not in _FINITE and not is_finite(value):
            return False
    return True


def _warn(owner: object, name: str, error: Exception) -> None:
    _log.warning(
        "%r takes any value as %r: %s", owner, name, error,
        extra=log_fields("type-unknown", owner=owner, name=name, error=error),
    )  # fmt: skip
