"""Typed attributes: the type validates what a client writes, and serialises what it sees.

In a plain class or a dataclass the type of an attribute is its annotation in the class. In a
pydantic model a write validates like `validate_assignment`, with all written fields at once: first
the constraints and validators of the fields, then those of the model. The object changes only after
everything was accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from pydantic import BaseModel, TypeAdapter

from ws_sync._binding.annotations import (
    attribute_adapter,
    shows_infinity,
)
from ws_sync._binding.attributes import Attribute
from ws_sync._binding.wire_names import member_name
from ws_sync._core.tracked.containers import TRACKED, SyncedDict

_PLAIN_SCHEMAS = frozenset(
    {"any", "bool", "default", "definitions", "dict", "float", "int", "list", "literal"}
    | {"model-field", "none", "nullable", "str", "union"}
)
"""Schema types whose values are JSON if their elements are."""

_validating: ContextVar[bool] = ContextVar("_validating", default=False)

_with_infinity: WeakKeyDictionary[type, bool] = WeakKeyDictionary()
_plain_fields: WeakKeyDictionary[type, dict[str, bool]] = WeakKeyDictionary()


def is_validating() -> bool:
    """Return whether a write is being validated, so that new objects may be dropped again."""
    return _validating.get()


@contextmanager
def validating() -> Iterator[None]:
    """Mark the validation of a write, see `is_validating`."""
    token = _validating.set(True)
    try:
        yield
    finally:
        _validating.reset(token)


def serialise(adapter: TypeAdapter[Any] | None, value: object) -> object:
    """Return a value as its type serialises it.

    Raises:
        RuntimeError: a serialiser raised one of `ENDS`, or a dict inside was changed meanwhile.
    """
    if adapter is None or value is None:
        return value
    if type(value) is dict or type(value) is SyncedDict:
        value = dict(value)  # in one step: a thread may add members while pydantic iterates
    try:
        if shows_infinity(adapter.core_schema):  # only JSON text honours it
            return orjson.loads(adapter.dump_json(value, warnings=False))
        return adapter.dump_python(value, mode="json", warnings=False)
    except Exception:
        raise
    except BaseException as error:
        raise _unreadable(value, error) from error


def _unreadable(value: object, error: BaseException) -> RuntimeError:
    """Return the error for one of `ENDS`, or for a panic of pydantic, which is not an Exception."""
    return RuntimeError(f"a value of type {type(value).__name__} can't be read: {error!r}")


def attribute_of(owner: object, name: str, wire: str, read_only: bool = False) -> Attribute:
    """Return an attribute with its type, if it has one.

    Raises:
        UnknownAttribute: the object does not have it.
    """
    if isinstance(owner, BaseModel):
        attribute = _model_attribute(owner, name, wire)
    else:
        attribute = _class_attribute(owner, name, wire)
    return replace(attribute, read_only=True) if read_only else attribute


def field_names(cls: type[BaseModel]) -> list[str]:
    """List the fields and computed fields of a model that are part of its state."""
    fields = [name for name, info in cls.model_fields.items() if not info.exclude]
    return [*fields, *cls.model_computed_fields]


class TypedAttribute(Attribute):
    """An attribute of a plain object with an annotation in its class."""

    __slots__ = ()

    def reader(self) -> Callable[[], object]:
        """Return a fast getter equivalent to `plain()`."""
        return self.plain

    def plain(self) -> object:
        """Return the value as its annotation serialises it."""
        return serialise(attribute_adapter(type(self.owner), self.name), self.read())


class ModelAttribute(Attribute):
    """A field or a computed field of a model."""

    __slots__ = ()

    def reader(self) -> Callable[[], object]:
        """Return a fast getter equivalent to `plain()`."""
        owner: Any = self.owner
        return super().reader() if _is_plain_field(type(owner), self.name) else self.plain

    def plain(self) -> object:
        """Return the value as the model serialises it; None if the model leaves it out."""
        owner: Any = self.owner
        cls = type(owner)
        if _is_plain_field(cls, self.name):
            return self.read()
        if not cls.__pydantic_decorators__.model_serializers:
            return next(iter(_dump(owner, include={self.name}).values()), None)
        shown = _dump(owner)  # its serialiser may need all fields
        return shown.get(self._shown_name) if isinstance(shown, dict) else None

    @property
    def is_shown_by_class(self) -> bool:
        """Whether only `plain` says what goes out, and not the attribute's type."""
        cls: Any = type(self.owner)
        return self.computed or bool(cls.__pydantic_decorators__.model_serializers)

    @property
    def _shown_name(self) -> str:
        cls: Any = type(self.owner)
        info = cls.model_fields.get(self.name) or cls.model_computed_fields.get(self.name)
        return self.name if info is None else member_name(cls, self.name, info)

    def write(self, value: object) -> None:
        """Set the value, which the validators of the model have accepted before."""
        owner: Any = self.owner
        if self.name not in type(owner).model_fields or _assigns_itself(type(owner)):
            setattr(owner, self.name, value)
            return
        vars(owner)[self.name] = value
        owner.__pydantic_fields_set__.add(self.name)


def _dump(model: BaseModel, **options: Any) -> Any:
    try:
        if _infinities(type(model)):  # only JSON text honours it
            return orjson.loads(model.model_dump_json(warnings=False, **options))
        return model.model_dump(mode="json", warnings=False, **options)
    except Exception:
        raise
    except BaseException as error:
        raise _unreadable(model, error) from error


def _infinities(cls: type[BaseModel]) -> bool:
    if cls not in _with_infinity:
        _with_infinity[cls] = shows_infinity(cls.__pydantic_core_schema__)
    return _with_infinity[cls]


def _class_attribute(owner: object, name: str, wire: str) -> Attribute:
    attribute = Attribute.of(owner, name, wire)
    adapter = attribute_adapter(type(owner), name)
    if adapter is None or attribute.computed:
        return attribute
    kind = Attribute if is_plain(adapter.core_schema) else TypedAttribute
    return kind(owner, name, wire, attribute.read_only, False, True)


def _model_attribute(owner: BaseModel, name: str, wire: str) -> Attribute:
    cls = type(owner)
    info = cls.model_fields.get(name)
    if info is None:
        computed = Attribute.of(owner, name, wire, True)
        return ModelAttribute(*computed.as_args()) if computed.computed else computed
    frozen = bool(info.frozen or cls.model_config.get("frozen"))
    return ModelAttribute(owner, name, wire, frozen, False, True)


def _fields_schema(cls: type[BaseModel]) -> tuple[Any, list[Any]]:
    """Return the schema of the fields, without the model's validators, and its definitions."""
    schema: Any = cls.__pydantic_core_schema__
    definitions: list[Any] = []
    while schema["type"] != "model-fields":
        definitions = schema.get("definitions", definitions)
        if schema["type"] == "definition-ref":
            reference = schema["schema_ref"]
            schema = next(item for item in definitions if item.get("ref") == reference)
        else:
            schema = schema["schema"]
    return schema, definitions


def _is_plain_field(cls: type[BaseModel], name: str) -> bool:
    known = _plain_fields.setdefault(cls, {})
    if name not in known:
        fields = _fields_schema(cls)[0]["fields"]
        custom = bool(cls.__pydantic_decorators__.model_serializers)
        custom = custom or "ser_json_inf_nan" in cls.model_config
        known[name] = name in fields and not custom and is_plain(fields[name])
    return known[name]


def is_plain(schema: Any) -> bool:
    """Return whether all values of a schema are JSON as they are.

    The encoder converts values of type `Any` that are not JSON.
    """
    if schema.get("type") == "function-after" and schema["function"]["function"] in TRACKED:
        return is_plain(schema["schema"])
    if schema.get("type") not in _PLAIN_SCHEMAS or "serialization" in schema:
        return False
    inner = [schema[part] for part in ("schema", "items_schema", "values_schema") if part in schema]
    choices = schema.get("choices", ())
    inner += [choice[0] if isinstance(choice, tuple) else choice for choice in choices]
    if (keys := schema.get("keys_schema")) is not None and keys["type"] not in {"str", "any"}:
        return False
    if schema["type"] == "literal":
        return all(isinstance(value, str | int | None) for value in schema["expected"])
    return all(map(is_plain, inner))


def _assigns_itself(cls: type[BaseModel]) -> bool:
    return cls.__setattr__ is not BaseModel.__setattr__
