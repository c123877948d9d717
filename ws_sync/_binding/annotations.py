"""Annotations of the application, as pydantic adapters that read JSON.

An annotation that can't be resolved at run time (a name imported only for type checkers) accepts
any value, with a warning. An annotation with the default None also accepts null, as before PEP 484
forbade it. NaN and Infinity are not JSON, so they are never accepted.
"""

from __future__ import annotations

import math
import sys
import typing
from collections.abc import Iterable
from dataclasses import InitVar, fields, is_dataclass
from types import SimpleNamespace
from typing import Any, ClassVar, Optional
from weakref import WeakKeyDictionary

import orjson
from pydantic import (
    BaseModel,
    ConfigDict,
    PydanticSchemaGenerationError,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import SchemaValidator

from ws_sync._core.json.codec import JSON, dump
from ws_sync._log import Log, log_fields

_log = Log()

_FINITE = frozenset({str, int, bool, bytes, type(None)})
"""The most frequent types whose values are neither NaN nor Infinity."""

_of_class: WeakKeyDictionary[type, dict[str, TypeAdapter[Any] | None]] = WeakKeyDictionary()


def resolve_annotation(annotation: Any, names: dict[str, Any], owner: object, name: str) -> Any:
    """Return an annotation with its names resolved, or `Any` when that is impossible.

    Args:
        annotation: the annotation, or its source as a string.
        names: the namespace of the names in it.
        owner: the annotated function or class, for the warning.
        name: the parameter or attribute, for the warning.
    """
    annotated = SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(annotated, names, include_extras=True)["it"]
    except Exception as error:  # noqa: BLE001  # evaluating an annotation may raise anything
        _warn(owner, name, error)
        return Any


def adapter_for(annotation: Any, owner: object, name: str) -> TypeAdapter[Any] | None:
    """Return the adapter of a resolved annotation; None accepts any value."""
    if annotation is Any:
        return None
    try:
        return TypeAdapter(annotation)
    except PydanticSchemaGenerationError:  # a class that pydantic can't read from JSON
        config = ConfigDict(arbitrary_types_allowed=True)
    except Exception as error:  # noqa: BLE001  # building a schema may raise anything
        _warn(owner, name, error)
        return None
    try:
        return TypeAdapter(annotation, config=config)
    except Exception as error:  # noqa: BLE001  # as above
        _warn(owner, name, error)
        return None


def attribute_adapter(cls: type, name: str) -> TypeAdapter[Any] | None:
    """Return the adapter of an attribute, by its annotation in the nearest base class.

    None when there is no annotation, or it is `Any`.
    """
    known = _of_class.setdefault(cls, {})
    if name not in known:
        known[name] = adapter_for(attribute_annotation(cls, name), cls.__name__, name)
    return known[name]


def attribute_annotation(cls: type, name: str) -> Any:
    """Return the resolved annotation of an attribute in a class, or `Any`."""
    for base in cls.__mro__:
        annotations = vars(base).get("__annotations__")
        annotation = annotations.get(name) if isinstance(annotations, dict) else None  # or `type`
        if annotation is None:
            continue
        module = sys.modules.get(base.__module__)
        names = {**vars(module), **vars(base)} if module else dict(vars(base))
        hint = resolve_annotation(annotation, names, cls.__name__, name)
        if isinstance(hint, InitVar) or typing.get_origin(hint) is ClassVar or hint is ClassVar:
            return Any
        return Optional[hint] if _default(base, name) is None else hint  # noqa: UP045  # see above
    return Any


def _default(cls: type, name: str) -> object:
    """Return the default of an attribute that a class annotates; `...` if it has none."""
    fields = vars(cls).get("__dataclass_fields__", {})
    return fields[name].default if name in fields else vars(cls).get(name, ...)


def read_json(
    reader: TypeAdapter[Any] | SchemaValidator, value: JSON, strict: bool | None = None
) -> Any:
    """Validate a JSON value by pydantic's rules for JSON text; models accept aliases and names.

    Args:
        reader: the adapter or the validator of the type.
        value: the value.
        strict: pydantic's strict mode; None: as the type is configured.

    Raises:
        ValueError: the type rejects the value, or a number is not finite.
    """
    try:
        text = orjson.dumps(value)  # it was decoded from JSON, so `dump` need not check it
    except TypeError:  # an integer of more than 64 bits
        text = dump(value).text
    read = reader.validate_json(text, strict=strict, by_alias=True, by_name=True)
    require_finite(read)
    return read


def shows_infinity(schema: Any) -> bool:
    """Return whether a model in a schema has its own JSON form of NaN and Infinity."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            config = part.get("config") or {}
            if config.get("ser_json_inf_nan") in ("null", "strings"):
                return True
            waiting += [each for name, each in part.items() if name != "metadata"]
        elif isinstance(part, list | tuple):
            waiting += part
    return False


def reason_of(error: BaseException) -> str:
    """Return why a type rejected a value, in one line."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]


def require_finite(value: object) -> None:
    """Reject NaN and Infinity, which pydantic reads from strings.

    Raises:
        ValueError: the value contains one of them.
    """
    if not is_finite(value):
        raise ValueError("a number is not finite")


def is_finite(value: object) -> bool:
    """Return whether a value that pydantic has created contains no NaN and no Infinity."""
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
    for value in values:  # noqa: SIM110  # a generator takes twice the time
        if value.__class__ not in _FINITE and not is_finite(value):
            return False
    return True


def _warn(owner: object, name: str, error: Exception) -> None:
    shown = getattr(owner, "__qualname__", owner)
    _log.warning(
        "cannot resolve the type of %s.%s; any value is accepted: %s", shown, name, error,
        extra=log_fields("type-unknown", owner=owner, name=name, error=error),
    )  # fmt: skip
