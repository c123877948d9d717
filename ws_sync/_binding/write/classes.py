"""The members of models, dataclasses and TypedDicts, by their names on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import SchemaValidator

from ws_sync._binding.write.schemas import ANY, Schema, Type, type_of_class


class Members:
    """The members that a type gives to an object.

    Attributes:
        visible: the field names of members that go out, by their names on the wire.
        computed: names on the wire of what is derived from other members.
    """

    def __init__(self, type_: Type) -> None:
        node = type_.node
        self._type = type_
        self.cls: Any = node.get("cls")
        self._node = _fields_node(type_, node)
        fields = self._node["fields"]
        if isinstance(fields, list):  # of a dataclass
            fields = {field["name"]: field for field in fields}
        self.fields: dict[str, Schema] = fields
        self.config = node.get("config") or type_.config
        aliases = bool((self.config or {}).get("serialize_by_alias"))
        self.visible = {
            (field.get("serialization_alias", name) if aliases else name): name
            for name, field in fields.items()
            if not field.get("serialization_exclude") and not field.get("init_only")
        }
        self.computed = {
            each.get("alias", each["property_name"]) if aliases else each["property_name"]
            for each in self._node.get("computed_fields", ())
        }
        self.is_frozen = _is_frozen(self.cls)

    def type(self, name: str) -> Type:
        """Return the type of a field."""
        return self._type.inner(("field", name), self.fields[name]["schema"], self.config)

    def is_fixed(self, name: str) -> bool:
        """Return whether a field is frozen."""
        return self.is_frozen or self.fields.get(name, {}).get("frozen") is True

    @cached_property
    def frozen_names(self) -> tuple[str, ...]:
        """The names on the wire of frozen members, of an object that has others too."""
        if self.is_frozen:
            return ()
        return tuple(wire for wire, name in self.visible.items() if self.is_fixed(name))

    def is_shown(self, name: str, value: object) -> bool:
        """Return whether a visible field goes out with its present value."""
        excluded: Any = self.fields[name].get("serialization_exclude_if")
        return excluded is None or not bool(excluded(value))

    @property
    def extra(self) -> Type | None:
        """The type of extra members; None if there are none."""
        config = self.config or {}
        behaviour = self._node.get("extra_behavior") or config.get("extra_fields_behavior")
        if behaviour != "allow" or self._node["type"] == "dataclass-args":
            return None
        schema = self._node.get("extras_schema")
        return ANY if schema is None else self._type.inner("extras", schema, self.config)

    def input_name(self, wire: str) -> str | None:
        """Return the name by which pydantic reads a member; None if it is not visible."""
        name = self.visible.get(wire)
        if name is None:
            name = self._other_names.get(wire)
        if name is None:
            return None
        alias = self.fields[name].get("validation_alias")
        return alias if isinstance(alias, str) else name

    def field_of(self, name: str) -> str:
        """Return the field that a name means to pydantic."""
        return self._other_names[name]

    @property
    def title(self) -> str:
        """The name of the class, for messages."""
        return getattr(self.cls, "__name__", None) or "typed dict"

    @property
    def node_is_root(self) -> bool:
        """Whether this is a `RootModel`."""
        return bool(self._node["type"] == "root")

    @cached_property
    def _other_names(self) -> dict[str, str]:
        """The names of visible fields that clients may use beside those on the wire."""
        found = {}
        for name in self.visible.values():
            found[name] = name
            if isinstance(alias := self.fields[name].get("validation_alias"), str):
                found[alias] = name
        hidden = self.fields.keys() - self.visible.values()
        return {each: name for each, name in found.items() if each not in hidden}

    def is_hidden(self, name: str) -> bool:
        """Return whether a name belongs to a field that does not go out."""
        return name in self._hidden_names

    def accepts(self, wire: str) -> bool:
        """Return whether a new object may have a member, which is maybe ignored."""
        if self.input_name(wire) is not None or wire in self.computed or wire in self.is_read:
            return True
        return self.extra is not None and not wire.startswith("_") and not self.is_hidden(wire)

    @cached_property
    def _hidden_names(self) -> set[str]:
        found: set[str] = set()
        for name in self.fields.keys() - self.visible.values():
            found |= {name, *_texts(self.fields[name].get("validation_alias"))}
        return found

    @property
    def is_read(self) -> set[str]:
        """Visible names that only the class itself sets."""
        return {
            wire for wire, name in self.visible.items() if not self.fields[name].get("init", True)
        }

    @cached_property
    def has_code(self) -> bool:
        """Whether the class validates its fields together."""
        inner: Schema = self._type.node["schema"]
        around = type_of_class(self.cls).class_functions
        return bool(around) or (not self.node_is_root and inner["type"].startswith("function-"))

    @property
    def has_post_init(self) -> bool:
        """Whether `__post_init__` of a dataclass can be called again."""
        init_only = any(field.get("init_only") for field in self.fields.values())
        is_dataclass = self._type.kind == "dataclass"
        return is_dataclass and bool(self._type.node.get("post_init")) and not init_only

    @cached_property
    def assignment(self) -> SchemaValidator:
        """Validates the assignment of one field, without the validators of the class."""
        return self._fields_validator({})

    @cached_property
    def part_assignment(self) -> SchemaValidator:
        """Runs only the validators at a field, for a field that was changed inside."""
        return self._fields_validator(
            {name: self.type(name).place_schema() for name in self.fields}
        )

    @cached_property
    def class_validators(self) -> SchemaValidator:
        """Runs the validators of the class, and none of its fields."""
        whole = type_of_class(self.cls)
        return SchemaValidator(whole.define(_without_fields(whole.schema, whole)))

    def _fields_validator(self, schemas: dict[str, Schema]) -> SchemaValidator:
        found = {
            name: {**field, "schema": schemas.get(name, field["schema"]), "frozen": False}
            for name, field in self.fields.items()
        }
        fields: Any = [*found.values()] if isinstance(self._node["fields"], list) else found
        schema = {**self._node, "fields": fields}
        schema.pop("ref", None)
        return SchemaValidator(self._type.define(schema), self.config)

    def default(self, name: str) -> Any:
        """Return the value of a field that is not given.

        Raises:
            ValueError: it is required.
        """
        schema = self.fields[name]["schema"]
        while schema["type"] not in ("default", "model"):
            if "schema" not in schema:
                break
            schema = schema["schema"]
        if schema["type"] == "default" and issubclass(self.cls, BaseModel):
            info: FieldInfo = self.cls.model_fields[name]
            return info.get_default(call_default_factory=True, validated_data={})
        if schema["type"] == "default":
            factory = schema.get("default_factory")
            return schema["default"] if factory is None else factory()
        raise ValueError("it is required")


def members_of(type_: Type) -> Members:
    """Return the members of a model's, a dataclass' or a TypedDict's type."""
    found = getattr(type_, "_members", None)
    if found is None:
        found = type_._members = Members(type_)  # type: ignore[attr-defined]
    return found


def members_of_class(cls: type) -> Members:
    """Return the members of a class."""
    return members_of(type_of_class(cls))


def field_type(cls: type[BaseModel], name: str) -> Type | None:
    """Return the type of a model's field; None if there is no such field."""
    members = members_of_class(cls)
    return members.type(name) if name in members.fields else None


def _texts(alias: Any) -> Iterator[str]:
    """Yield the names in an alias, which may be a list of paths."""
    if isinstance(alias, str):
        yield alias
    elif isinstance(alias, list):
        for each in alias:
            yield from _texts(each)


def _is_frozen(cls: Any) -> bool:
    if isinstance(cls, type) and issubclass(cls, BaseModel):
        return bool(cls.model_config.get("frozen"))
    parameters = getattr(cls, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


def _fields_node(type_: Type, node: Schema) -> Schema:
    schema = node
    while schema["type"] not in ("model-fields", "dataclass-args", "typed-dict"):
        schema = (
            type_.inner("members", schema).node if schema["type"] == "definition-ref" else schema
        )
        if node.get("root_model"):
            return {"type": "root", "fields": {"root": {"schema": node["schema"]}}}
        schema = schema["schema"]
    return schema


def _without_fields(schema: Schema, whole: Type) -> Schema:
    kind = schema["type"]
    if kind == "definition-ref":
        return _without_fields(whole.node, whole)
    if schema.get("root_model"):
        return {**schema, "schema": {"type": "any"}}
    if kind in ("model-fields", "dataclass-args"):
        fields = schema["fields"]
        any_: Schema = {"schema": {"type": "any"}, "frozen": False}
        if isinstance(fields, list):
            return {**schema, "fields": [{**each, **any_} for each in fields]}
        return {**schema, "fields": {name: {**each, **any_} for name, each in fields.items()}}
    return {key: each for key, each in schema.items() if key != "ref"} | {
        "schema": _without_fields(schema["schema"], whole)
    }
