"""Typed attributes: the type validates what a client writes, and serialises what it sees.

In a plain class or a dataclass the type of an attribute is its annotation in the class. In a
pydantic model a write validates like `validate_assignment`, with all written fields at once: first
the constraints and validators of the fields, then those of the model. The object changes only after
everything was accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import SchemaValidator

from ws_sync._binding.annotations import (
    attribute_adapter,
    attribute_annotation,
    read_json,
    require_finite,
)
from ws_sync._binding.attributes import Attribute, camel_case
from ws_sync._binding.wire_names import from_wire, wire_name
from ws_sync._core.json.codec import JSON
from ws_sync._core.tracked.containers import TRACKED

_PLAIN_SCHEMAS = frozenset(
    {"any", "bool", "default", "definitions", "dict", "float", "int", "list", "literal"}
    | {"model-field", "none", "nullable", "str", "union"}
)
"""Schema types whose values are JSON if their elements are."""

_validating: ContextVar[bool] = ContextVar("_validating", default=False)

_fields_validators: WeakKeyDictionary[type, SchemaValidator] = WeakKeyDictionary()
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


def validate(adapter: TypeAdapter[Any] | None, annotation: Any, value: JSON) -> object:
    """Return a value of the client as its type; without an adapter any value is accepted."""
    known = from_wire(annotation, value)
    return known if adapter is None else read_json(adapter, known)


def serialise(adapter: TypeAdapter[Any] | None, value: object) -> object:
    """Return a value as its type serialises it."""
    if adapter is None or value is None:
        return value
    return adapter.dump_python(value, mode="json", by_alias=True, warnings=False)


def attribute_of(owner: object, name: str, wire: str, read_only: bool = False) -> Attribute:
    """Return an attribute with its type, if it has one.

    Raises:
        UnknownAttribute: the object does not have it.
    """
    if isinstance(owner, BaseModel):
        attribute = ModelTypes(owner).attribute(name, wire)
    else:
        attribute = ClassTypes(owner).attribute(name, wire)
    return replace(attribute, read_only=True) if read_only else attribute


def field_names(cls: type[BaseModel]) -> list[str]:
    """List the fields and computed fields of a model that are part of its state."""
    fields = [name for name, info in cls.model_fields.items() if not info.exclude]
    return [*fields, *cls.model_computed_fields]


def default_wire_name(cls: type, camel: bool, name: str) -> str:
    """Return the name on the wire of an attribute that was given none.

    Args:
        cls: the object's class.
        camel: whether names are in camel case; an alias of a model is not converted.
        name: the attribute's name.
    """
    usual = camel_case(name) if camel else name
    if not issubclass(cls, BaseModel) or cls.model_config.get("serialize_by_alias") is False:
        return usual
    info = cls.model_fields.get(name) or cls.model_computed_fields.get(name)
    alias = name if info is None else wire_name(name, info)
    return usual if alias == name else alias


class ClassTypes:
    """The types of a plain object's attributes: the annotations of its class."""

    def __init__(self, owner: object) -> None:
        self._owner = owner

    def attribute(self, name: str, wire: str = "") -> Attribute:
        """Return the description of an attribute."""
        attribute = Attribute.of(self._owner, name, wire)
        adapter = attribute_adapter(type(self._owner), name)
        if adapter is None or attribute.computed:
            return attribute
        return TypedAttribute.typed(attribute, self, adapter)

    def read(self, values: Mapping[str, JSON]) -> dict[str, object]:
        """Validate each value by its attribute's annotation."""
        read: dict[str, object] = {}
        cls = type(self._owner)
        for name, value in values.items():
            adapter, annotation = attribute_adapter(cls, name), attribute_annotation(cls, name)
            read[name] = validate(adapter, annotation, value)
        return read


class ModelTypes:
    """The types of a pydantic model's fields."""

    def __init__(self, owner: BaseModel) -> None:
        self._owner = owner

    def attribute(self, name: str, wire: str = "") -> Attribute:
        """Return the description of a field, a computed field or a property."""
        cls = type(self._owner)
        info = cls.model_fields.get(name)
        if info is None:
            computed = Attribute.of(self._owner, name, wire, self)
            return ModelAttribute(*computed.as_args()) if computed.computed else computed
        frozen = bool(info.frozen or cls.model_config.get("frozen"))
        return ModelAttribute(self._owner, name, wire, frozen, False, self)

    def read(self, values: Mapping[str, JSON]) -> dict[str, object]:
        """Assign all values to a draft of the model, and return what has changed.

        The validator of each field sees the fields assigned before it. Validators of the model see
        all new values together, and may change other fields.
        """
        cls = type(self._owner)
        read = {name: value for name, value in values.items() if name not in cls.model_fields}
        fields = {
            name: _readable(cls.model_fields[name], cls, value)
            for name, value in values.items()
            if name in cls.model_fields
        }
        if not fields:
            return read
        draft = _draft(self._owner)
        *others, last = fields
        for name in others:
            assign: Any = partial(_fields_validator(cls).validate_assignment, dict(vars(draft)))
            vars(draft)[name] = assign(name, fields[name], by_alias=True, by_name=True)[0][name]
        cls.__pydantic_validator__.validate_assignment(
            draft, last, fields[last], by_alias=True, by_name=True
        )
        for name in cls.model_fields:
            value = vars(draft).get(name)
            if value is not vars(self._owner).get(name):
                require_finite(value)
                read[name] = value
        return read


class TypedAttribute(Attribute):
    """An attribute of a plain object with an annotation in its class."""

    __slots__ = ()

    @classmethod
    def typed(cls, attribute: Attribute, types: ClassTypes, adapter: TypeAdapter[Any]) -> Attribute:
        """Return the attribute with its type; a plain `Attribute` if its values are JSON."""
        owner, name, wire, read_only, computed, _ = attribute.as_args()
        kind = Attribute if is_plain(adapter.core_schema) else cls
        return kind(owner, name, wire, read_only, computed, types)

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
        """Return the value as the model serialises it."""
        owner: Any = self.owner
        if _is_plain_field(type(owner), self.name):
            return self.read()
        options: Any = {"mode": "json", "by_alias": True, "warnings": False}
        dumped = owner.model_dump(include={self.name}, **options)
        return next(iter(dumped.values())) if len(dumped) == 1 else self.read()

    def write(self, value: object) -> None:
        """Set the value, which the validators of the model have accepted before."""
        owner: Any = self.owner
        if self.name not in type(owner).model_fields or _assigns_itself(type(owner)):
            setattr(owner, self.name, value)
            return
        vars(owner)[self.name] = value
        owner.__pydantic_fields_set__.add(self.name)


def _draft(model: BaseModel) -> BaseModel:
    """Return a copy to try assignments on; it shares the private attributes of the model."""
    draft = object.__new__(type(model))
    object.__setattr__(draft, "__dict__", dict(vars(model)))
    object.__setattr__(draft, "__pydantic_fields_set__", set(model.__pydantic_fields_set__))
    object.__setattr__(draft, "__pydantic_extra__", copy(model.__pydantic_extra__))
    object.__setattr__(draft, "__pydantic_private__", model.__pydantic_private__)
    return draft


def _readable(info: FieldInfo, cls: type[BaseModel], value: JSON) -> object:
    """Return the input of a field's validators: JSON, or in strict mode its Python value."""
    value = from_wire(info.annotation, value)
    strict = cls.model_config.get("strict") or any(
        getattr(item, "strict", False) for item in info.metadata
    )
    if not strict:
        return value
    try:  # JSON has only arrays for sets and strings for dates
        adapter: TypeAdapter[Any] = TypeAdapter(info.annotation)  # type: ignore[arg-type]
        return read_json(adapter, value, strict=True)
    except ValueError:
        return value  # a validator of the field may convert it


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


def _fields_validator(cls: type[BaseModel]) -> SchemaValidator:
    if cls not in _fields_validators:
        schema, definitions = _fields_schema(cls)
        if definitions:
            schema = {"type": "definitions", "schema": schema, "definitions": definitions}
        _fields_validators[cls] = SchemaValidator(schema)
    return _fields_validators[cls]


def _is_plain_field(cls: type[BaseModel], name: str) -> bool:
    known = _plain_fields.setdefault(cls, {})
    if name not in known:
        fields = _fields_schema(cls)[0]["fields"]
        custom = bool(cls.__pydantic_decorators__.model_serializers)
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
