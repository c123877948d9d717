"""Types as pydantic's core schemas: how a place is read, serialised, and what is inside it.

A `Type` belongs to one place of a document. Its schema is a structural node (a list, a model, a
scalar) that may be wrapped: in defaults, in references, in validators of the application. Types are
made once for each class, and kept on the class, so that they are dropped together with it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic_core import SchemaSerializer, SchemaValidator

from ws_sync._binding.annotations import adapter_for, read_json, shows_infinity
from ws_sync._binding.attributes import to_json
from ws_sync._core.json.codec import JSON, dump, read_own
from ws_sync._core.tracked.containers import TRACKED

Schema = dict[str, Any]

ARRAYS = frozenset({"list", "set", "frozenset", "tuple", "deque", "named-tuple", "generator"})
DICTS = frozenset({"dict", "ordered-dict", "counter"})
OBJECTS = frozenset({"model", "dataclass", "typed-dict"})

_ANY: Schema = {"type": "any"}
_WRAPPERS = {
    "default": "schema", "nullable": "schema",
    "json-or-python": "json_schema", "lax-or-strict": "lax_schema",
}  # fmt: skip
"""Where the schema of the value is, by the type of a schema around it."""
_FUNCTIONS = frozenset({"function-before", "function-after", "function-wrap"})
SCALARS = frozenset({str, int, bool, type(None)})
_PLAIN = frozenset({"any", "bool", "int", "none", "str"})
_OPEN = frozenset({"union", "tagged-union", "call", "chain", "function-plain", "json"})
_OF_VALUES = ("str", "ser_", "val_", "allow_", "coerce_", "use_", "regex_")
"""How the names of settings begin that matter to values which are not objects."""
_KEPT = "__ws_sync_types__"


class Type:
    """The type of a place.

    Attributes:
        schema: the schema of the place.
        config: the configuration of the model that the place belongs to.
    """

    def __init__(self, schema: Schema, definitions: dict[str, Schema], config: Any = None) -> None:
        self.schema = schema
        self.config = config
        self._definitions = definitions
        self._inner: dict[Hashable, Type] = {}

    @cached_property
    def _opened(self) -> tuple[Schema, list[Schema], bool, bool]:
        """The node, the wrappers with functions, and whether serialisation is custom or `any`."""
        schema, functions, custom, by_class = self.schema, [], False, False
        while True:
            if serialization := schema.get("serialization"):
                by_class |= serialization["type"] == "any"
                custom |= serialization["type"] != "any" and not _is_pydantic(serialization)
            kind = schema["type"]
            if kind == "definition-ref":
                schema = self._definitions[schema["schema_ref"]]
            elif kind in _WRAPPERS:
                schema = schema[_WRAPPERS[kind]]
            elif kind in _FUNCTIONS:
                if schema["function"]["function"] not in TRACKED and not _is_pydantic(schema):
                    functions.append(schema)
                schema = schema["schema"]
            else:
                return schema, functions, custom, by_class

    @property
    def node(self) -> Schema:
        """The structural schema, without what is wrapped around it."""
        return self._opened[0]

    @property
    def kind(self) -> str:
        """The type of the node."""
        kind: str = self.node["type"]
        return kind

    @property
    def is_custom(self) -> bool:
        """Whether the application serialises this place itself."""
        return self._opened[2]

    @property
    def is_serialised_by_class(self) -> bool:
        """Whether a value is serialised by its own class."""
        return self._opened[3]

    @property
    def is_any(self) -> bool:
        """Whether the place accepts any value."""
        return self.schema is _ANY or self.schema == _ANY

    @cached_property
    def functions(self) -> list[Schema]:
        """The validators of the application at this place, without those of the value's class."""
        functions = self._opened[1]
        if self.kind in ("model", "dataclass"):
            own = len(type_of_class(self.node["cls"]).class_functions)
            return functions[: len(functions) - own]
        return functions

    @property
    def class_functions(self) -> list[Schema]:
        """All validators around the node; of the type of a class, those of the class."""
        return self._opened[1]

    @cached_property
    def has_objects(self) -> bool:
        """Whether an object with named members may be inside."""
        return _mentions(_is_object, self.schema, set(), self._definitions)

    @cached_property
    def is_open(self) -> bool:
        """Whether the value, and not the type alone, decides on its structure."""
        return _mentions(_is_open, self.schema, set(), self._definitions)

    @cached_property
    def has_functions(self) -> bool:
        """Whether any validator of the application is at this place or inside it."""
        return _mentions(_is_function, self.schema, set(), self._definitions)

    def inner(self, key: Hashable, schema: Schema, config: Any = None) -> Type:
        """Return the type of a place inside this one; `key` identifies it."""
        found = self._inner.get(key)
        if found is None:
            found = Type(schema, self._definitions, config or self.config)
            self._inner[key] = found
        return found

    def element(self, index: int) -> Type:
        """Return the type of an element of an array."""
        if self is ANY:
            return self
        if self.kind == "named-tuple":
            fields = self.node["fields"]
            return self.inner(index, fields[index]["schema"]) if index < len(fields) else ANY
        items = self.node.get("items_schema", _ANY)
        if not isinstance(items, list):
            return self.inner("[]", items)
        variadic = self.node.get("variadic_item_index")
        index = min(index, len(items) - 1) if variadic is None else min(index, variadic)
        return self.inner(index, items[index]) if items else ANY

    @property
    def is_mixed(self) -> bool:
        """Whether positions of an array have types of their own."""
        items = self.node.get("items_schema")
        if not isinstance(items, list):
            return self.kind == "named-tuple"
        return len(items) > 1 or "variadic_item_index" not in self.node

    def values(self) -> Type:
        """Return the type of a dict's values."""
        return self if self is ANY else self.inner("{}", self.node.get("values_schema", _ANY))

    def keys(self) -> Type:
        """Return the type of a dict's keys."""
        return self.inner("keys", self.node.get("keys_schema", _ANY))

    def choices(self) -> list[Type]:
        """Return the members of a union."""
        choices = self.node["choices"]
        found = choices.values() if isinstance(choices, dict) else choices
        return [
            self.inner(("|", number), each[0] if isinstance(each, tuple) else each)
            for number, each in enumerate(found)
        ]

    def for_value(self, value: object) -> Type | None:
        """Return the member of a union that a live value belongs to; None if that is not clear."""
        if self.is_serialised_by_class:
            return type_of_class(type(value))
        if self.kind not in ("union", "tagged-union"):
            return self
        found = [each.for_value(value) for each in self.choices()]
        fitting = [each for each in found if each is not None and each.accepts(value)]
        exact = [each for each in fitting if each.node.get("cls") is type(value)]
        chosen = exact or fitting
        if len(chosen) > 1:
            chosen = [each for each in chosen if each.is_type_of(value)]
        return chosen[0] if len(chosen) == 1 else None

    def accepts(self, value: object) -> bool:
        """Return whether a live value has the structure of this type."""
        if self.kind in ("model", "dataclass", "named-tuple"):
            return isinstance(value, self.node["cls"])
        return type(value) in STRUCTURES.get(self.kind, ())

    def is_type_of(self, value: object) -> bool:
        """Return whether a live value and all parts of it belong to this type."""
        return not self.has_functions and self._validator.isinstance_python(value, strict=True)

    def is_same(self, other: Type) -> bool:
        """Return whether a value of the other type is a value of this one as it is."""
        if self is other:
            return True
        comparison = _Comparison(self._definitions, other._definitions)
        if not comparison.alike(self.schema, other.schema):
            return False
        if self.kind in ("model", "dataclass"):  # it has its own configuration
            return True
        begins: tuple[str, ...] = _OF_VALUES
        if _mentions(_is_typed_dict, self.schema, set(), self._definitions):
            begins = (*begins, "extra_", "serialize_")
        return _read_alike(self.config, other.config, begins)

    @cached_property
    def _shows_infinity(self) -> bool:
        return shows_infinity([self.schema, {"config": self.config}, *self._definitions.values()])

    @cached_property
    def _validator(self) -> SchemaValidator:
        return SchemaValidator(self.define(self.schema), self.config)

    @cached_property
    def _serializer(self) -> SchemaSerializer:
        return SchemaSerializer(self.define(self.schema), self.config)

    def define(self, schema: Schema) -> Any:
        """Return a schema that can be used alone, with the definitions that it refers to."""
        if not self._definitions:
            return schema
        definitions = [*self._definitions.values()]
        return {"type": "definitions", "schema": schema, "definitions": definitions}

    def read(self, value: JSON) -> object:
        """Validate a value of the client; its names are those that pydantic validates.

        Raises:
            ValueError: the type rejects it.
        """
        return value if self.is_any else read_json(self._validator, value)

    @property
    def anything(self) -> Type:
        """The type of a container in which each value is serialised by its class."""
        return ANY if self is ANY else self.inner("any", _ANY)

    @property
    def is_strict(self) -> bool:
        """Whether pydantic's strict mode is on."""
        return bool((self.config or {}).get("strict") or self.node.get("strict"))

    def read_strictly(self, value: JSON) -> JSON:
        """Return the Python value of JSON, where strict mode has no JSON form for it."""
        try:  # JSON has only arrays for sets and strings for dates
            return read_json(self._validator, value, strict=True)
        except ValueError:
            return value  # a validator of the field may convert it

    def json(self, value: object) -> JSON:
        """Return the JSON that a live value goes out as.

        Raises:
            Exception: it has no JSON form, or a serialiser of the application raised.
        """
        if type(value) in SCALARS and self.schema["type"] in _PLAIN and not self.is_custom:
            return value
        return as_json(self.shown(value))

    def shown(self, value: object) -> object:
        """Return a live value as it goes out: JSON, or objects that the encoder converts.

        Raises:
            Exception: a serialiser of the application raised.
        """
        if self.is_any:
            return value
        if self._shows_infinity:  # only JSON text honours it
            return orjson.loads(self._serializer.to_json(value, warnings=False))
        return self._serializer.to_python(value, mode="json", warnings=False)

    @cached_property
    def place_validator(self) -> SchemaValidator:
        """Runs the validators at this place, and none of those inside it."""
        return SchemaValidator(self.define(self.place_schema()), self.config)

    def place_schema(self) -> Schema:
        """Return the schema of the validators at this place, around any value."""
        schema = _ANY
        for function in reversed(self.functions):
            schema = {**function, "schema": schema}
            schema.pop("ref", None)
        return schema


STRUCTURES: dict[str, tuple[type, ...]] = {}
"""The exact classes of live values by the kind of their type; `structures` fills it."""

ANY = Type(_ANY, {})


class _Comparison:
    """Compares schemas; each may refer to definitions of its own."""

    def __init__(self, one: dict[str, Schema], other: dict[str, Schema]) -> None:
        self._one, self._other = one, other
        self._seen: set[tuple[str, str]] = set()

    def alike(self, one: Any, other: Any) -> bool:
        """Return whether two schemas are equal; pydantic makes some of its functions again."""
        if isinstance(one, dict) and isinstance(other, dict):
            return self._are_schemas_alike(one, other)
        if isinstance(one, list | tuple) and isinstance(other, list | tuple):
            return len(one) == len(other) and all(map(self.alike, one, other))
        if one is other:
            return True
        name = getattr(one, "__qualname__", None)
        if callable(one) and str(getattr(one, "__module__", "")).startswith("pydantic"):
            return name is not None and name == getattr(other, "__qualname__", None)
        return bool(one == other)

    def _are_schemas_alike(self, one: Schema, other: Schema) -> bool:
        pair = one.get("schema_ref") or one.get("ref"), other.get("schema_ref") or other.get("ref")
        one, other = _resolved(one, self._one), _resolved(other, self._other)
        if None not in pair:
            if pair in self._seen:
                return True
            self._seen.add(pair)  # type: ignore[arg-type]  # both are strings
        names = (one.keys() | other.keys()) - {"metadata", "ref"}
        if (
            one.get("cls") is not None
        ):  # a dataclass inherits the configuration of a model around it
            names -= {"config"}
            if not _read_alike(one.get("config"), other.get("config"), _OF_VALUES):
                return False
        return all(self.alike(one.get(name), other.get(name)) for name in names)


def _read_alike(one: Any, other: Any, begins: tuple[str, ...]) -> bool:
    """Return whether the settings whose names begin so are equal in two configurations."""
    one, other = one or {}, other or {}
    names = (name for name in one.keys() | other.keys() if name.startswith(begins))
    return all(one.get(name) == other.get(name) for name in names)


def _resolved(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """Return a schema without a reference and without the default for a missing value."""
    while schema.get("type") in ("default", "definition-ref"):
        is_default = schema["type"] == "default"
        schema = schema["schema"] if is_default else definitions[schema["schema_ref"]]
    return schema


def as_json(value: object) -> JSON:
    """Return the JSON of a value that was serialised, or that has no type.

    Raises:
        NotJSON: it has none.
    """
    text = dump(value, to_json)
    return read_own(text.text, text.native)


def split(schema: Any) -> Type:
    """Return the type of a complete schema, with its definitions."""
    if schema["type"] != "definitions":
        return Type(schema, {})
    return Type(schema["schema"], {each["ref"]: each for each in schema["definitions"]})


def kept_on(cls: type, name: str, make: Callable[[], Type]) -> Type:
    """Return a type that belongs to a class, and make it only once."""
    known = vars(cls).get(_KEPT)
    if known is None:
        known = {}
        try:
            type.__setattr__(cls, _KEPT, known)
        except TypeError:  # a class that is not written in Python
            return make()
    if name not in known:
        known[name] = make()
    found: Type = known[name]
    return found


def type_of_class(cls: type) -> Type:
    """Return the type of the instances of a class; any value if it has none."""
    return kept_on(cls, "", lambda: _make(cls))


def _make(cls: type) -> Type:
    if issubclass(cls, BaseModel):
        return split(cls.__pydantic_core_schema__)
    adapter = adapter_for(cls, cls.__module__, cls.__name__)
    return ANY if adapter is None else split(adapter.core_schema)


def _is_pydantic(schema: Schema) -> bool:
    """Return whether a function in a schema is pydantic's own, as for `Sequence`."""
    function = schema.get("function")
    function = function["function"] if isinstance(function, dict) else function
    function = getattr(function, "func", function)  # of a `partial`
    return str(getattr(function, "__module__", "")).startswith("pydantic.")


def _is_function(schema: Schema) -> bool:
    if not str(schema.get("type")).startswith("function-"):
        return False
    return schema["function"]["function"] not in TRACKED and not _is_pydantic(schema)


def _is_object(schema: Schema) -> bool:
    return schema.get("type") in OBJECTS


def _is_typed_dict(schema: Schema) -> bool:
    return schema.get("type") == "typed-dict"


def _is_open(schema: Schema) -> bool:
    return schema.get("type") in _OPEN


def _mentions(
    wanted: Callable[[Schema], bool], part: Any, seen: set[int], definitions: dict[str, Schema]
) -> bool:
    """Return whether a schema, or one inside it, is a wanted one."""
    if id(part) in seen:
        return False
    seen.add(id(part))
    if isinstance(part, list | tuple):
        return any(_mentions(wanted, each, seen, definitions) for each in part)
    if not isinstance(part, dict):
        return False
    if wanted(part):
        return True
    if part.get("type") == "definition-ref":
        return _mentions(wanted, definitions.get(part["schema_ref"]), seen, definitions)
    inner = (each for name, each in part.items() if name not in ("serialization", "metadata"))
    return any(_mentions(wanted, each, seen, definitions) for each in inner)
