# ruff: noqa: ARG002  # the shapes have one interface
"""Kinds of objects: models, dataclasses, typed dicts, and classes of the application."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, Generic, NotRequired, TypeVar

import pydantic
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    computed_field,
    model_serializer,
    model_validator,
)
from typing_extensions import TypedDict

from tests.ws_sync._binding.write.choices import Choices
from tests.ws_sync._binding.write.containers import NUMBERS
from tests.ws_sync._binding.write.shapes import ANYTHING, JSON, Anything, Scalar, Shape, Wrong

T = TypeVar("T")

MODELS = frozenset({"model", "frozen", "base", "assigning", "allow", "ignore", "forbid", "generic",
                    "masking"})  # fmt: skip
DATACLASSES = frozenset({"dataclass", "frozen dataclass", "slots", "pydantic dataclass"})
DICTS = frozenset({"typed dict", "loose dict"})
HIDING = MODELS | {"pydantic dataclass"}
"""Kinds with a field that does not go out."""


class Obj(Shape):
    """An object with named members.

    Attributes:
        kind: what kind of class it has.
        fields: the types of its members.
        fixed: the names of frozen fields.
        defaults: the names of scalar fields that have a default.
        wires: the names on the wire by the names of fields.
        needs_hidden: whether a hidden field has no default.
    """

    is_object = True

    def __init__(
        self, kind: str, fields: dict[str, Shape], fixed: set[str], defaults: set[str],
        wires: dict[str, str], needs_hidden: bool = False, computed: bool = False,
    ) -> None:  # fmt: skip
        self.kind, self.fields, self.fixed, self.defaults = kind, fields, fixed, defaults
        self.wires, self.needs_hidden, self.computed = wires, needs_hidden, computed
        self.names = {wire: name for name, wire in wires.items()}
        self.frozen = kind in ("frozen", "frozen dataclass")
        self.masks = kind == "masking"
        self.annotation = self.cls = _make(self)
        self.child: Obj | None = None
        if kind == "base":
            self.child = _Child(self)

    def sample(self, draw: Choices) -> Any:
        if self.child is not None and not draw.one_in(3):
            return self.child.sample(draw)
        values = {name: shape.sample(draw) for name, shape in self.fields.items()}
        if self.kind == "loose dict" and draw.one_in(2):
            del values[next(iter(values))]
        if self.kind in DICTS:
            return values
        if self.kind in MODELS:
            return self._model(values, draw)
        live = object.__new__(self.cls)
        if self.kind == "plain":
            live._values = {}
        for name, value in values.items():
            if self.fields[name] is SETTER:
                live._values[name] = value
            else:
                object.__setattr__(live, name, value)
        if self.kind == "pydantic dataclass":
            live.h = next(NUMBERS)
        elif self.kind in ("dataclass", "plain"):
            live._note = next(NUMBERS)  # the application puts it there
        return live

    def _model(self, values: dict[str, Any], draw: Choices) -> Any:
        live = self.cls.model_construct(_fields_set={*values})
        vars(live).update(values)
        vars(live)["h"] = next(NUMBERS)
        if self.kind == "allow":
            object.__setattr__(
                live, "__pydantic_extra__",
                {name: ANYTHING.sample(draw) for name in ("e", "f")[: draw.below(3)]},
            )  # fmt: skip
        if self.kind != "frozen":
            live._p = next(NUMBERS)
        return live

    def resolve(self, live: Any) -> Shape:
        if self.child is not None and type(live) is self.child.cls:
            return self.child
        return self

    def owns(self, live: Any) -> bool:
        return isinstance(live, self.cls if self.kind not in DICTS else dict)

    def dump(self, live: Any) -> JSON:
        found = {}
        for name, shape in self.fields.items():
            value = _get(live, name)
            if value is not _ABSENT:
                found[self.wires[name]] = self._mask(name, shape.dump(value))
        if self.computed:
            found["c"] = self._derived(found)
        if self.kind == "allow":
            found |= {n: ANYTHING.dump(v) for n, v in live.__pydantic_extra__.items()}
        return found

    def _mask(self, name: str, json: JSON) -> JSON:
        return "***" if self.masks and name == "x" else json

    def _derived(self, found: dict[str, JSON]) -> JSON:
        return len(self.fields)

    def parts(self, live: Any) -> Any:
        found: dict[str, tuple[Shape, Any]] = {}
        for name, shape in self.fields.items():
            value = _get(live, name)
            if value is not _ABSENT:
                found[self.wires[name]] = (Veil(shape) if self.masks and name == "x" else shape,
                                           value)  # fmt: skip
        if self.computed:
            found["c"] = DERIVED, len(self.fields)
        if self.kind == "allow":
            found |= {n: (ANYTHING, value) for n, value in live.__pydantic_extra__.items()}
        return found

    def hidden(self, live: Any) -> Any:
        names = ["h", "_p"] if self.kind == "allow" else ["h", "_p", "more", "_note"]
        return type(live), [getattr(live, name, None) for name in names]

    def trace(self, live: Any) -> Any:
        return sorted(getattr(live, "__pydantic_fields_set__", ()))

    def place(self, name: Any) -> Shape:
        field = self.names.get(name, name)
        if field in self.fields:
            return Veil(self.fields[field]) if self.masks and field == "x" else self.fields[field]
        return DERIVED if name == "c" and self.computed else ANYTHING

    def is_fixed(self, wire: str) -> bool:
        """Return whether a member can't be written."""
        return (
            self.frozen or self.names.get(wire) in self.fixed or wire == "c" == "c" * self.computed
        )

    def key(self, json: JSON) -> JSON:
        """Return the frozen members of an object, or of its JSON; None if there are none."""
        if self.frozen or not self.fixed or not isinstance(json, dict):
            return None
        return {name: json.get(self.wires[name]) for name in sorted(self.fixed)}

    def names_fit(self, json: JSON) -> bool:
        """Return whether an object can have all members of some JSON."""
        allowed = {*self.names, *(["c"] if self.computed else [])}
        return self.kind == "allow" or all(name in allowed for name in json)

    def check_add(self, wire: str) -> None:
        """Raise Wrong if a member that is not there can't be added."""
        if wire in self.names:
            return  # of a typed dict
        reserved = {"h", *self.fields, *(["c"] if self.computed else [])}
        if self.kind != "allow" or wire.startswith("_") or wire in reserved:
            raise Wrong(f"no member {wire!r}")

    def check_remove(self, wire: str) -> None:
        """Raise Wrong if a member can't be removed."""
        name = self.names.get(wire)
        if name is None and not self.is_fixed(wire):
            return  # an extra member
        if self.is_fixed(wire) or (self.kind != "loose dict" and name not in self.defaults):
            raise Wrong(f"{wire!r} can't be removed")

    def default(self, wire: str) -> JSON:
        """Return what goes out after a member was removed; None if nothing does."""
        name = self.names.get(wire)
        if name is None or self.kind == "loose dict":
            return None
        return self._mask(name, self.fields[name].dump(_default(self.fields[name])))

    def check(self, json: JSON) -> None:
        if type(json) is not dict:
            raise Wrong(f"{json!r} is not an object")
        for wire, each in json.items():
            name = self.names.get(wire, wire)
            if name in self.fields:
                self.fields[name].check(each)
            elif wire != "c" or not self.computed:
                self.check_add(wire)
        if any(wire != n and wire in json and n in json for n, wire in self.wires.items()):
            raise Wrong("a member is named twice")
        missing = [n for n, wire in self.wires.items() if wire not in json and n not in json]
        if self.needs_hidden or (self.kind != "loose dict" and {*missing} - self.defaults):
            raise Wrong("required")

    def shown(self, json: JSON) -> JSON:
        found = {}
        for name, shape in self.fields.items():
            each = json.get(self.wires[name], json.get(name, _ABSENT))
            if each is not _ABSENT:
                found[self.wires[name]] = self._mask(name, shape.shown(each))
            elif self.kind != "loose dict":
                found[self.wires[name]] = self._mask(name, shape.dump(_default(shape)))
        if self.computed:
            found["c"] = len(self.fields)
        if self.kind == "allow":
            known = {*self.names, *self.fields, *(["c"] if self.computed else [])}
            found |= {n: v for n, v in json.items() if n not in known}
        return found

    def check_made(self, json: JSON, live: Any) -> None:
        if self.kind not in DICTS:
            assert type(live) is self.cls, f"{json!r} became {live!r}"
        if self.kind in HIDING:
            assert live.h == 7, f"hidden {live.h!r} in a new value"
        shown = self.dump(live)
        assert shown.keys() == self.shown(json).keys(), f"{json!r} became {live!r}"
        for name, shape in self.fields.items():
            each = json.get(self.wires[name], json.get(name, _ABSENT))
            if each is not _ABSENT:
                shape.check_made(each, _get(live, name))

    def text(self) -> str:
        marks = {
            n: f"{'!' if n in self.fixed else ''}{'?' if n in self.defaults else ''}"
            f"{f'={wire}' if wire != n else ''}" for n, wire in self.wires.items()
        }  # fmt: skip
        inner = ", ".join(f"{n}{marks[n]}: {shape.text()}" for n, shape in self.fields.items())
        more = f"{', h required' * self.needs_hidden}{', c computed' * self.computed}"
        return f"{self.kind}({inner}{more})"


class _Child(Obj):
    """A subclass of a base: numbers are not negative, and another member does not go out."""

    def __init__(self, base: Obj) -> None:
        self.__dict__.update(vars(base))
        self.fields = {
            name: Scalar("positive") if shape.text() == "int" else shape
            for name, shape in base.fields.items()
        }
        narrowed = {
            name: shape.annotation for name, shape in self.fields.items()
            if shape is not base.fields[name]
        }  # fmt: skip
        body = {n: _field(base, n) for n in narrowed}
        self.cls = type("Child", (base.cls,), {
            "__annotations__": {**narrowed, "more": int}, "more": 3, **body, "__module__": __name__,
        })  # fmt: skip
        self.annotation, self.child = self.cls, None


class Veil(Shape):
    """A member that the serialiser of the whole masks."""

    def __init__(self, inner: Shape) -> None:
        self.inner, self.annotation = inner, object()

    def sample(self, draw: Choices) -> Any:
        return self.inner.sample(draw)

    def dump(self, live: Any) -> JSON:
        return "***"

    def check(self, json: JSON) -> None:
        self.inner.check(json)

    def shown(self, json: JSON) -> JSON:
        return "***"

    def check_made(self, json: JSON, live: Any) -> None:
        self.inner.check_made(json, live)


class Derived(Shape):
    """A computed member."""

    annotation = object()

    def sample(self, draw: Choices) -> Any:
        return draw.below(4)

    def dump(self, live: Any) -> JSON:
        return live

    def check(self, json: JSON) -> None:
        raise Wrong("derived")


DERIVED = Derived()
_ABSENT = object()


def _get(live: Any, name: str) -> Any:
    return live.get(name, _ABSENT) if isinstance(live, dict) else getattr(live, name)


def _default(shape: Shape) -> Any:
    return shape.sample(Choices([]))


def _lucky(self: Any) -> Any:
    if any(getattr(self, n) == 13 for n in self.LUCKY):
        raise ValueError("13")
    return self


def _make(shape: Obj) -> Any:
    if shape.kind in MODELS:
        return _model(shape)
    if shape.kind in DATACLASSES:
        return _dataclass(shape)
    if shape.kind in DICTS:
        make: Any = TypedDict
        if shape.kind == "typed dict":
            return make("Drawn", {n: each.annotation for n, each in shape.fields.items()})
        return make("Drawn", {n: NotRequired[each.annotation] for n, each in shape.fields.items()})
    return _plain(shape)


def _field(shape: Obj, name: str) -> Any:
    wire = shape.wires[name]
    default: Any = {}
    if name in shape.defaults:
        default = {"default": _default(shape.fields[name])}
    return Field(
        serialization_alias=wire if wire != name else None,
        frozen=name in shape.fixed or None, **default,
    )  # fmt: skip


def _lucky_names(shape: Obj) -> list[str]:
    return [name for name, each in shape.fields.items() if each.text() == "lucky"]


def _model(shape: Obj) -> Any:
    extra: Any = shape.kind if shape.kind in ("allow", "ignore", "forbid") else None
    config = ConfigDict(
        arbitrary_types_allowed=True, frozen=shape.kind == "frozen",
        validate_assignment=shape.kind == "assigning", extra=extra,
        serialize_by_alias=True,
    )  # fmt: skip
    annotations = {name: each.annotation for name, each in shape.fields.items()}
    body: dict[str, Any] = {name: _field(shape, name) for name in annotations}
    hidden: Any = {} if shape.needs_hidden else {"default": 7}
    body |= {"model_config": config, "h": Field(exclude=True, **hidden), "__module__": __name__}
    annotations["h"] = int
    if shape.kind != "frozen":
        annotations["_p"], body["_p"] = int, PrivateAttr(0)
    if lucky := _lucky_names(shape):
        body |= {"LUCKY": lucky, "check_lucky": model_validator(mode="after")(_lucky)}
        body["__annotations__"] = {}
        annotations["LUCKY"] = "ClassVar[list[str]]"
    if shape.computed:
        body["c"] = computed_field(property(_counted(len(shape.fields))))
    if shape.masks:
        body["shown"] = model_serializer(mode="plain")(_shower(shape))
    generic: Any = Generic[T]  # type: ignore[index]
    bases: Any = (BaseModel, generic) if shape.kind == "generic" else (BaseModel,)
    if shape.kind == "generic":
        first = next(iter(annotations))
        given, annotations[first] = annotations[first], T
        cls: Any = _new_class(bases, {**body, "__annotations__": annotations})
        return cls[given]
    return _new_class(bases, {**body, "__annotations__": annotations})


def _new_class(bases: Any, body: dict[str, Any]) -> Any:
    return types.new_class("Drawn", bases, {}, lambda namespace: namespace.update(body))


def _counted(number: int) -> Any:
    def c(_: Any) -> int:
        return number

    return c


def _shower(shape: Obj) -> Any:
    def shown(self: Any) -> dict[str, Any]:
        found = {shape.wires[name]: getattr(self, name) for name in shape.fields}
        if "x" in shape.fields:
            found[shape.wires["x"]] = "***"
        return found

    return shown


def _dataclass(shape: Obj) -> Any:
    fields: list[Any] = []
    for name, each in sorted(shape.fields.items(), key=lambda e: e[0] in shape.defaults):
        fields.append((name, each.annotation) if name not in shape.defaults else (
            name, each.annotation, dataclasses.field(default=_default(each)),
        ))  # fmt: skip
    body: dict[str, Any] = {"__module__": __name__}
    if lucky := _lucky_names(shape):
        body |= {"LUCKY": lucky, "__post_init__": lambda self: _lucky(self) and None}
    if shape.kind == "pydantic dataclass":
        hidden: Any = {} if shape.needs_hidden else {"default": 7}
        fields.append(("h", int, Field(exclude=True, kw_only=True, **hidden)))
        body["__annotations__"] = {each[0]: each[1] for each in fields}
        body |= {each[0]: each[2] for each in fields if len(each) == 3}
        return pydantic.dataclasses.dataclass(type("Drawn", (), body))
    return dataclasses.make_dataclass(
        "Drawn", fields, frozen=shape.kind == "frozen dataclass", slots=shape.kind == "slots",
        namespace=body,
    )  # fmt: skip


def _plain(shape: Obj) -> Any:
    annotations = {
        n: each.annotation for n, each in shape.fields.items() if each not in (ANYTHING, SETTER)
    }
    body: dict[str, Any] = {"__annotations__": annotations, "__module__": __name__}
    body |= {n: _property(n) for n, each in shape.fields.items() if each is SETTER}
    if shape.computed:
        body["c"] = property(_counted(len(shape.fields)))
    if shape.kind == "plain slots":
        body["__slots__"] = (*shape.fields,)
    return type("Drawn", (), body)


class Setter(Anything):
    """A property with a setter, which rejects 13."""

    annotation: Any = object()

    def check(self, json: JSON) -> None:
        if json == 13:
            raise Wrong("the setter rejects it")

    def text(self) -> str:
        return "property"


SETTER = Setter()


def _property(name: str) -> Any:
    def get(self: Any) -> Any:
        return self._values[name]

    def put(self: Any, value: Any) -> None:
        if value == 13:
            raise ValueError(value)
        self._values[name] = value

    return property(get, put)
