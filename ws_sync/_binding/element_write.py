"""Writes into one element of a typed list or dict, without validating the other elements.

Validating a list of a thousand rows takes a thousand times as long as one row, and most writes
change one leaf. If no type on the path to an element depends on other elements (a list or a dict
without validators and serializers of the application, possibly in a model without any), the
element is written like an attribute: its type validates it, and the live element is updated in
place.

The siblings of the element are not validated. A write that is rejected here is tried on the whole
value, which gives the reason. So is a write that may change the number of elements, and one that
meets a type which this module does not know.
"""

from __future__ import annotations

import typing
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from pydantic import BaseModel, TypeAdapter

from ws_sync._binding.annotations import (
    adapter_for,
    attribute_adapter,
    attribute_annotation,
)
from ws_sync._binding.attribute_types import is_plain, serialise, validate
from ws_sync._binding.attributes import Attribute
from ws_sync._binding.client_write import Write
from ws_sync._binding.wire_names import unwrap, wire_names_of
from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, is_deeper
from ws_sync._core.json.patch import measure
from ws_sync._core.json.pointer import index, join, parse
from ws_sync.exceptions import Refused

_LOCAL = ("add", "remove", "replace")  # a tuple: `op` may be unhashable

_NEUTRAL = frozenset(
    {"alias_generator", "extra", "from_attributes", "json_schema_extra", "populate_by_name"}
    | {"serialize_by_alias", "title", "use_attribute_docstrings", "validate_assignment"}
    | {"validate_by_alias", "validate_by_name"}
)
"""Settings of a model that do not affect the values in its fields."""

_UNKNOWN = object()
"""The value of an attribute that was not read."""

_SCALARS = frozenset({bool, float, int, str, type(None)})

_adapters: WeakKeyDictionary[type, dict[tuple[str, ...], TypeAdapter[Any] | None]] = (
    WeakKeyDictionary()
)


def prepare_write(attributes: Mapping[str, Attribute], patch: JSON) -> Write:
    """Return the write of a patch; it reads no more of the attributes than necessary.

    Raises:
        Refused: as `Write` raises it.
    """
    element = _find(attributes, patch)
    if element is not None:
        try:
            return ElementWrite(element, patch[0])
        except Refused:  # the whole value gives the reason
            pass
    return Write(attributes, patch)


class Found(NamedTuple):
    """An element that a patch writes into.

    Attributes:
        attribute: the attribute that contains it.
        element: the element, under the attribute's name on the wire.
        rest: the rest of the pointer, inside the element.
        depth: the number of lists, dicts and models that contain it.
    """

    attribute: Attribute
    element: Element
    rest: tuple[str, ...]
    depth: int


class ElementWrite(Write):
    """A write into one element."""

    def __init__(self, found: Found, operation: dict[str, JSON]) -> None:
        """Apply an operation to a draft of the element.

        Raises:
            Refused: as `Write` raises it, or the element would be nested too deeply.
        """
        wire = found.attribute.wire
        patch = [{**operation, "path": join(wire, *found.rest)}]
        super().__init__({wire: found.element}, patch)
        if is_deeper(self.after(wire), MAX_VALUE_DEPTH - found.depth):
            raise Refused("nested too deeply")
        self._attribute = found.attribute

    def before(self, _: str) -> JSON:
        """Return a placeholder: only an element was read."""
        return _UNKNOWN

    def sizes(self) -> tuple[int, int]:
        """Return the sizes of the attribute before and after."""
        before, after = super().sizes()
        whole = measure(self._attribute.plain())
        return whole, whole - before + after


class ElementTypes:
    """The type of an element."""

    def __init__(self, container: Any, annotation: Any, reader: TypeAdapter[Any] | None) -> None:
        self.reader = reader
        self._container = container
        self._annotation = annotation

    def read(self, values: Mapping[Any, JSON]) -> dict[Any, object]:
        """Validate a value."""
        return {
            key: validate(self.reader, self._annotation, value) for key, value in values.items()
        }

    def attribute(self, name: Any) -> Attribute:
        """Return an element of the same container."""
        return Element(self._container, name, "", False, False, self)


class Element(Attribute):
    """An element of a list or a dict; its name is the index or the key."""

    __slots__ = ()

    def read(self) -> object:
        """Return the value."""
        container: Any = self.owner
        return container[self.name]

    def plain(self) -> object:
        """Return the value as its type serialises it."""
        value = self.read()
        reader = self.types.reader if isinstance(self.types, ElementTypes) else None
        if reader is None or is_plain(reader.core_schema):
            return value
        return serialise(reader, value)

    def is_shared(self, _: object) -> bool:
        """Return False: the value is in a container, not in a class."""
        return False

    def write(self, value: object) -> None:
        """Set the value."""
        container: Any = self.owner
        container[self.name] = value


class _Type(NamedTuple):
    """The type of a value: pydantic's schema with its definitions, and the annotation."""

    schema: Any
    definitions: dict[str, Any]
    annotation: Any

    def opened(self) -> _Type:
        """Return the type with references and optional types resolved."""
        schema, annotation = self.schema, unwrap(self.annotation)
        while "serialization" not in schema:
            if schema["type"] == "definition-ref":
                schema = self.definitions[schema["schema_ref"]]
            elif schema["type"] == "nullable":
                schema = schema["schema"]
                arms = [arm for arm in typing.get_args(annotation) if arm is not type(None)]
                annotation = unwrap(arms[0]) if len(arms) == 1 else Any
            else:
                break
        return self._replace(schema=schema, annotation=annotation)


class _Step(NamedTuple):
    """A step from a value to one of its elements or fields."""

    name: str
    key: int | str
    value: object
    type: _Type


def _find(attributes: Mapping[str, Attribute], patch: JSON) -> Found | None:
    """Return the innermost element that contains the whole change of a patch."""
    if type(patch) is not list or len(patch) != 1 or type(patch[0]) is not dict:
        return None
    operation = patch[0]
    if operation.get("op") not in _LOCAL:
        return None
    try:
        tokens = parse(operation["path"])
    except (Refused, LookupError):
        return None
    attribute = attributes.get(tokens[0]) if tokens else None
    if attribute is None or attribute.types is None:
        return None
    if attribute.read_only or attribute.computed:
        return None
    kind = _type_of(type(attribute.owner), attribute.name)
    live = _live(attribute)
    if kind is None or attribute.is_shared(live):
        return None
    way: list[str] = [attribute.name]
    found: Found | None = None
    inside = tokens[1:] if operation["op"] == "replace" else tokens[1:-1]
    for depth, step in enumerate(_steps(live, kind, inside), 1):
        way.append(step.name)
        if type(live) in (list, dict):
            element = _element(attribute, tuple(way), live, step)
            found = Found(attribute, element, tokens[depth + 1 :], depth)
        live = step.value
    return found


def _live(attribute: Attribute) -> object:
    """Return the value; None when it can't be read, which the whole write reports."""
    try:
        return attribute.read()
    except Exception:  # noqa: BLE001  # a descriptor may raise anything
        return None


def _element(attribute: Attribute, way: tuple[str, ...], container: object, step: _Step) -> Element:
    known = _adapters.setdefault(type(attribute.owner), {})
    if way not in known:
        known[way] = adapter_for(
            step.type.annotation, type(attribute.owner).__name__, attribute.name
        )
    types = ElementTypes(container, step.type.annotation, known[way])
    name: Any = step.key
    return Element(container, name, attribute.wire, False, False, types)


def _steps(value: object, kind: _Type, tokens: tuple[str, ...]) -> Iterator[_Step]:
    """Yield the steps of a pointer, up to the first type that depends on other elements."""
    for token in tokens:
        kind = kind.opened()
        name = kind.schema["type"]
        if (name, type(value)) in (("list", list), ("dict", dict)):
            step = _into_container(value, kind, token)
        elif name == "model" and type(value) is kind.schema["cls"]:
            step = _into_model(value, token)
        else:
            return
        if step is None:
            return
        yield step
        value, kind = step.value, step.type


def _into_container(value: Any, kind: _Type, token: str) -> _Step | None:
    """Return the step to an existing element of a list, or of a dict with strings as keys."""
    schema, is_list = kind.schema, type(value) is list
    if typing.get_origin(kind.annotation) is not type(value) or not _is_transparent(kind, value):
        return None
    key: int | str = token
    if is_list:
        try:
            key = index(token, len(value))
        except Refused:
            return None
    elif (
        schema["keys_schema"] != {"type": "str"}
        or {str} != set(map(type, value))
        or token not in value
    ):
        return None
    element = value[key]
    elements = value if is_list else value.values()
    if type(element) not in _SCALARS and [*map(id, elements)].count(id(element)) > 1:
        return None  # the same object is an element twice
    inner = schema["items_schema" if is_list else "values_schema"]
    annotation = typing.get_args(kind.annotation)[0 if is_list else 1]
    step_type = kind._replace(schema=inner, annotation=annotation)
    return _Step("[]" if is_list else "{}", key, element, step_type)


def _into_model(value: object, token: str) -> _Step | None:
    cls: Any = type(value)
    names = {wire: name for name, wire in wire_names_of(cls).items()}
    name = names.get(token)
    if name is None or cls.model_fields[name].frozen or cls.model_config.get("frozen"):
        return None
    kind = _type_of(cls, name)
    return None if kind is None else _Step(name, name, vars(value).get(name), kind)


def _is_transparent(kind: _Type, value: Collection[object]) -> bool:
    """Return whether a list or a dict is valid if its elements are."""
    schema = kind.schema
    if not schema.keys() <= _CONTAINER_PARTS:
        return False
    most = schema.get("max_length")
    return schema.get("min_length", 0) <= len(value) and (most is None or len(value) <= most)


_CONTAINER_PARTS = frozenset(
    {"type", "items_schema", "keys_schema", "values_schema", "min_length", "max_length", "ref"}
    | {"metadata"}
)


_FIELD_PARTS = frozenset({"type", "schema", "metadata", "serialization_alias", "validation_alias"})
"""Keys of a field's schema that neither hide the field nor change its serialisation."""


def _type_of(cls: type, name: str) -> _Type | None:
    """Return the type of an attribute; None if it is not known or does more than validate."""
    if issubclass(cls, BaseModel):
        return _field_type(cls, name)
    reader = attribute_adapter(cls, name)
    if reader is None:
        return None
    return _opened(reader.core_schema, attribute_annotation(cls, name))


def _field_type(cls: type[BaseModel], name: str) -> _Type | None:
    if not cls.model_config.keys() <= _NEUTRAL or name not in cls.model_fields:
        return None
    decorators = cls.__pydantic_decorators__
    if decorators.model_validators or decorators.root_validators or decorators.model_serializers:
        return None
    whole = _opened(cls.__pydantic_core_schema__, cls)
    model = whole.opened().schema
    if model["type"] != "model" or model["schema"]["type"] != "model-fields":
        return None
    field = model["schema"]["fields"][name]
    if not field.keys() <= _FIELD_PARTS:
        return None
    schema = field["schema"]
    while schema["type"] == "default" and not schema.get("validate_default"):
        schema = schema["schema"]
    return whole._replace(schema=schema, annotation=cls.model_fields[name].annotation)


def _opened(schema: Any, annotation: Any) -> _Type:
    if schema["type"] != "definitions":
        return _Type(schema, {}, annotation)
    known = {each["ref"]: each for each in schema["definitions"]}
    return _Type(schema["schema"], known, annotation)
