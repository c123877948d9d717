"""Writes into one element of a typed list or dict, which leave the rest of it unread.

A type reads a whole value, and with a thousand rows that takes a thousand times as long as one row.
Most writes change one leaf. Where nothing on the way to an element looks at more than this element
(a list or a dict of something, without validators or serializers of the application, maybe in a
model without any), the element is written as if it were an attribute of its own: its type reads
it, it is grafted into the live one, and everything beside it is the same object as before.

What the application has put beside it is not judged, and only what is accepted is decided so. A
write that is refused here is tried on the whole value, which says why; so is every write that could
change how many elements there are, or that meets something of which this module is not sure.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from pydantic import BaseModel, TypeAdapter

from ws_sync._binding.annotations import adapter, attribute_adapter, attribute_annotation, read_json
from ws_sync._binding.attribute_types import is_plain
from ws_sync._binding.attributes import Attribute
from ws_sync._binding.client_write import Write
from ws_sync._binding.wire_names import bare, incoming, wire_names_of
from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, is_deeper
from ws_sync._core.json.patch import measure
from ws_sync._core.json.pointer import index, join, parse
from ws_sync.exceptions import Refused

_LOCAL = ("add", "remove", "replace")  # no set: what a client names may have no hash

_NEUTRAL = frozenset(
    {"alias_generator", "extra", "from_attributes", "json_schema_extra", "populate_by_name"}
    | {"serialize_by_alias", "title", "use_attribute_docstrings", "validate_assignment"}
    | {"validate_by_alias", "validate_by_name"}
)
"""Settings of a model that are nothing to the values inside its fields."""

_UNKNOWN = object()
"""Stands for the whole value, which nobody has read."""

_SCALARS = frozenset({bool, float, int, str, type(None)})

_adapters: WeakKeyDictionary[type, dict[tuple[str, ...], TypeAdapter[Any] | None]] = (
    WeakKeyDictionary()
)


def write_of(attributes: Mapping[str, Attribute], patch: JSON) -> Write:
    """Try a patch on attributes, as `Write` does, and read no more of them than is needed.

    Raises:
        Refused: as `Write` does.
    """
    element = _find(attributes, patch)
    if element is not None:
        try:
            return ElementWrite(element, patch[0])
        except Refused:  # the whole value says why
            pass
    return Write(attributes, patch)


class Found(NamedTuple):
    """An element that a patch writes into.

    Attributes:
        attribute: the attribute that it is in.
        element: the element, under the attribute's name on the wire.
        rest: where in the element, as tokens of a pointer.
        depth: how many lists, dicts and models are around it.
    """

    attribute: Attribute
    element: Element
    rest: tuple[str, ...]
    depth: int


class ElementWrite(Write):
    """A write into one element."""

    def __init__(self, found: Found, operation: dict[str, JSON]) -> None:
        """Try an operation on it.

        Raises:
            Refused: as `Write` does, or the element would be nested too deep.
        """
        wire = found.attribute.wire
        patch = [{**operation, "path": join(wire, *found.rest)}]
        super().__init__({wire: found.element}, patch)
        if is_deeper(self.after(wire), MAX_VALUE_DEPTH - found.depth):
            raise Refused("nested too deep")
        self._attribute = found.attribute

    def before(self, _: str) -> JSON:
        """Return what is no value of an attribute: only an element was read."""
        return _UNKNOWN

    def sizes(self) -> tuple[int, int]:
        """Measure the attribute, before and after."""
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
        """Read a value by the type."""
        read: dict[Any, object] = {}
        for key, value in values.items():
            known = incoming(self._annotation, value)
            read[key] = known if self.reader is None else read_json(self.reader, known)
        return read

    def attribute(self, name: Any) -> Attribute:
        """Describe an element of the same container."""
        return Element(self._container, name, "", False, False, self)


class Element(Attribute):
    """An element of a list, whose name is its index, or of a dict."""

    __slots__ = ()

    def read(self) -> object:
        """Return the value."""
        container: Any = self.owner
        return container[self.name]

    def plain(self) -> object:
        """Return the value as its type has it serialised."""
        value = self.read()
        reader = self.types.reader if isinstance(self.types, ElementTypes) else None
        if reader is None or value is None or is_plain(reader.core_schema):
            return value
        return reader.dump_python(value, mode="json", by_alias=True, warnings=False)

    def is_shared(self, _: object) -> bool:
        """Tell that no class holds the value: it would hold the container."""
        return False

    def write(self, value: object) -> None:
        """Put a value in its place."""
        container: Any = self.owner
        container[self.name] = value


class _Type(NamedTuple):
    """The type of a value: pydantic's schema, with what it refers to, and the annotation."""

    schema: Any
    definitions: dict[str, Any]
    annotation: Any

    def opened(self) -> _Type:
        """Return the type itself for a reference to one, or for one that may be None too."""
        schema, annotation = self.schema, bare(self.annotation)
        while "serialization" not in schema:
            if schema["type"] == "definition-ref":
                schema = self.definitions[schema["schema_ref"]]
            elif schema["type"] == "nullable":
                schema = schema["schema"]
                arms = [arm for arm in typing.get_args(annotation) if arm is not type(None)]
                annotation = bare(arms[0]) if len(arms) == 1 else Any
            else:
                break
        return self._replace(schema=schema, annotation=annotation)


class _Step(NamedTuple):
    """A step from a value into one that is in it."""

    name: str
    key: int | str
    value: object
    type: _Type


def _find(attributes: Mapping[str, Attribute], patch: JSON) -> Found | None:
    """Return the innermost element that holds all that a patch changes."""
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
    """Return the value; None when it can't be read, which is judged elsewhere."""
    try:
        return attribute.read()
    except Exception:  # noqa: BLE001  # whatever a descriptor of the application raises
        return None


def _element(attribute: Attribute, way: tuple[str, ...], container: object, step: _Step) -> Element:
    known = _adapters.setdefault(type(attribute.owner), {})
    if way not in known:
        known[way] = adapter(step.type.annotation, type(attribute.owner).__name__, attribute.name)
    types = ElementTypes(container, step.type.annotation, known[way])
    name: Any = step.key
    return Element(container, name, attribute.wire, False, False, types)


def _steps(value: object, kind: _Type, tokens: tuple[str, ...]) -> Iterator[_Step]:
    """Yield the steps of a pointer, as far as nothing on the way looks at more than is there."""
    for token in tokens:
        kind = kind.opened()
        name = kind.schema["type"]
        if name == "list" and type(value) is list:
            step = _into_list(value, kind, token)
        elif name == "dict" and type(value) is dict:
            step = _into_dict(value, kind, token)
        elif name == "model" and type(value) is kind.schema["cls"]:
            step = _into_model(value, token)
        else:
            return
        if step is None:
            return
        yield step
        value, kind = step.value, step.type


def _into_list(value: list[Any], kind: _Type, token: str) -> _Step | None:
    if typing.get_origin(kind.annotation) is not list or not _is_transparent(kind, len(value)):
        return None
    try:
        position = index(token, len(value))
    except Refused:
        return None
    element = value[position]
    if type(element) not in _SCALARS and [*map(id, value)].count(id(element)) > 1:
        return None  # each stands for one value
    inner = kind._replace(
        schema=kind.schema["items_schema"], annotation=typing.get_args(kind.annotation)[0]
    )
    return _Step("[]", position, element, inner)


def _into_dict(value: dict[Any, Any], kind: _Type, token: str) -> _Step | None:
    if typing.get_origin(kind.annotation) is not dict or not _is_transparent(kind, len(value)):
        return None
    if kind.schema["keys_schema"] != {"type": "str"} or set(map(type, value)) != {str}:
        return None
    if token not in value:
        return None
    element = value[token]
    if type(element) not in _SCALARS and [*map(id, value.values())].count(id(element)) > 1:
        return None
    inner = kind._replace(
        schema=kind.schema["values_schema"], annotation=typing.get_args(kind.annotation)[1]
    )
    return _Step("{}", token, element, inner)


def _into_model(value: object, token: str) -> _Step | None:
    cls: Any = type(value)
    names = {wire: name for name, wire in wire_names_of(cls).items()}
    name = names.get(token)
    if name is None or cls.model_fields[name].frozen or cls.model_config.get("frozen"):
        return None
    kind = _type_of(cls, name)
    return None if kind is None else _Step(name, name, vars(value).get(name), kind)


def _is_transparent(kind: _Type, length: int) -> bool:
    """Tell whether a list or a dict of that length is all right when its elements are."""
    schema = kind.schema
    if not schema.keys() <= _CONTAINER_PARTS:
        return False
    most = schema.get("max_length")
    return schema.get("min_length", 0) <= length and (most is None or length <= most)


_CONTAINER_PARTS = frozenset(
    {"type", "items_schema", "keys_schema", "values_schema", "min_length", "max_length", "ref"}
    | {"metadata"}
)


_FIELD_PARTS = frozenset({"type", "schema", "metadata", "serialization_alias", "validation_alias"})
"""What a field's schema may have: nothing of it hides the field or shows it in another way."""


def _type_of(cls: type, name: str) -> _Type | None:
    """Return the type of an attribute; None when more than that reads it, or it is not known."""
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
