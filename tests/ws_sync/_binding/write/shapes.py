# ruff: noqa: ARG002  # the shapes have one interface
"""Classes of applications, drawn: what goes out of their objects, what does not, and what is legal.

A shape knows a type, how to make live values of it, what goes out of one, and which JSON makes a
new one. It shares no code with `ws_sync`.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
from collections import deque
from datetime import UTC, datetime
from typing import Annotated, Any

import pydantic
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PrivateAttr, SecretStr
from typing_extensions import TypedDict

from ws_sync import SyncedDict, SyncedList

INVALID = object()
_numbers = itertools.count(1000)


class Wrong(Exception):
    """A write has to be refused."""


class Unclear(Exception):
    """Both results obey the rule: which old element a new one is compared with is not fixed."""


class Colour(enum.Enum):
    """An enumeration."""

    RED = "red"
    BLUE = "blue"


class Shape:
    """A type of values.

    Attributes:
        annotation: the type.
        is_object: whether its members have names that its class gives.
        frozen: whether no part of a value can be written.
        keeps_identity: whether a changed value is the same object.
    """

    annotation: Any
    is_object = False
    frozen = False
    keeps_identity = True

    def sample(self, n: int) -> Any:
        """Return a live value."""
        raise NotImplementedError

    def dump(self, live: Any) -> Any:
        """Return what goes out."""
        raise NotImplementedError

    def parts(self, live: Any, node: Any) -> Any:
        """Return the nodes of the parts; None for a leaf."""
        return None

    def hidden(self, live: Any) -> Any:
        """Return what does not go out of a value itself."""
        return None

    def check(self, value: Any) -> None:
        """Raise Wrong if no new value can be made from this JSON."""
        raise NotImplementedError

    def check_part(self, value: Any) -> None:
        """As `check`, for a value that may be the difference to one that is there."""
        self.check(value)

    def check_size(self, size: int) -> None:
        """Raise Wrong if a value can't have that number of parts."""

    def check_write(self, name: str, live: Any, removed: bool = False, added: bool = False) -> None:
        """Raise Wrong if a member can't be written."""

    def inner(self, name: str, live: Any) -> Shape:
        """Return the shape of a part."""
        raise Wrong("a leaf")

    def names_fit(self, value: Any, live: Any) -> bool:
        """Return whether an object has all members of some JSON."""
        return False

    def check_new(self, value: Any, live: Any) -> None:
        """Raise AssertionError unless a live value was made from this JSON."""
        assert self.dump(live) == self.shown(value), f"{value!r} became {live!r}"

    def shown(self, value: Any) -> Any:
        """Return what goes out of a new value that is made from this JSON."""
        return value

    def describe(self) -> str:
        """Return the type as text."""
        return str(getattr(self, "kind", self.annotation))


class Scalar(Shape):
    """A leaf."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.annotation = {
            "int": int, "positive": Annotated[int, Field(ge=0)], "str": str, "colour": Colour,
            "secret": SecretStr, "maybe": int | None,
            "masked": Annotated[str, PlainSerializer(lambda value: "*" * len(value))],
            "day": Annotated[datetime, PlainSerializer(lambda value: value.date().isoformat())],
        }[kind]  # fmt: skip

    def sample(self, n: int) -> Any:
        return {
            "int": n % 5, "positive": n % 5, "str": "abcde"[n % 5], "colour": [*Colour][n % 2],
            "secret": SecretStr(f"s{n}"), "maybe": None if n % 2 else n % 5, "masked": f"m{n}",
            "day": datetime(2026, 1, n % 20 + 1, 5, 6, 7),
        }[self.kind]  # fmt: skip

    def dump(self, live: Any) -> Any:
        if self.kind == "colour":
            return live.value
        if self.kind == "secret":
            return "**********" if live.get_secret_value() else ""
        if self.kind == "masked":
            return "*" * len(live)
        return live.date().isoformat() if self.kind == "day" else live

    def check(self, value: Any) -> None:
        is_int = type(value) is int
        fits = {
            "int": is_int, "positive": is_int and value >= 0, "str": type(value) is str,
            "colour": value in ("red", "blue"), "secret": type(value) is str,
            "maybe": value is None or is_int, "masked": type(value) is str,
            "day": (type(value) is str and value.startswith("2026-")) or is_int,
        }[self.kind]  # fmt: skip
        if not fits:
            raise Wrong(f"{value!r} is not a {self.kind}")

    def shown(self, value: Any) -> Any:
        if self.kind == "secret":
            return "**********" if value else ""
        if self.kind == "day" and type(value) is int:
            return datetime.fromtimestamp(value, UTC).date().isoformat()
        return "*" * len(value) if self.kind == "masked" else value


class Many(Shape):
    """A list, deque, tuple or set."""

    def __init__(self, kind: str, item: Shape) -> None:
        self.kind, self.item = kind, item
        self.annotation = {
            "list": list[item.annotation], "synced": list[item.annotation],  # type: ignore[name-defined]
            "deque": deque[item.annotation], "tuple": tuple[item.annotation, ...],  # type: ignore[name-defined]
            "few": Annotated[list[item.annotation], Field(max_length=3)],  # type: ignore[name-defined]
        }[kind]  # fmt: skip
        self.keeps_identity = kind != "tuple"

    def sample(self, n: int) -> Any:
        values = [self.item.sample(n + i) for i in range(n % 4)]
        if self.kind == "deque":
            return deque(values, maxlen=4)
        return {"tuple": tuple, "synced": SyncedList}.get(self.kind, list)(values)

    def dump(self, live: Any) -> Any:
        return [self.item.dump(each) for each in live]

    def parts(self, live: Any, node: Any) -> Any:
        return [node(self.item, each) for each in live]

    def hidden(self, live: Any) -> Any:
        return type(live), getattr(live, "maxlen", None)

    def check(self, value: Any) -> None:
        if type(value) is not list:
            raise Wrong("no array")
        if self.kind == "few":
            self.check_size(len(value))
        for each in value:
            self.item.check(each)

    def check_part(self, value: Any) -> None:
        if type(value) is not list:
            raise Wrong("no array")
        self.check_size(len(value))
        for each in value:
            self.item.check_part(each)

    def check_size(self, size: int) -> None:
        if size > {"few": 3, "deque": 4}.get(self.kind, 99):
            raise Wrong("too many")

    def inner(self, name: str, live: Any) -> Shape:
        return self.item

    def shown(self, value: Any) -> Any:
        return [self.item.shown(each) for each in value]

    def check_new(self, value: Any, live: Any) -> None:
        for each, one in zip(value, live, strict=True):
            self.item.check_new(each, one)

    def describe(self) -> str:
        return f"{self.kind}[{self.item.describe()}]"


class Named(Shape):
    """A dict."""

    def __init__(self, item: Shape, synced: bool) -> None:
        self.item, self.synced = item, synced
        self.annotation = dict[str, item.annotation]  # type: ignore[name-defined]

    def sample(self, n: int) -> Any:
        made = {name: self.item.sample(n + i) for i, name in enumerate("ab"[: n % 3])}
        return SyncedDict(made) if self.synced else made

    def dump(self, live: Any) -> Any:
        return {name: self.item.dump(each) for name, each in live.items()}

    def parts(self, live: Any, node: Any) -> Any:
        return {name: node(self.item, each) for name, each in live.items()}

    def hidden(self, live: Any) -> Any:
        return type(live)

    def check(self, value: Any) -> None:
        if type(value) is not dict:
            raise Wrong("no object")
        for each in value.values():
            self.item.check(each)

    def check_part(self, value: Any) -> None:
        if type(value) is not dict:
            raise Wrong("no object")
        for each in value.values():
            self.item.check_part(each)

    def inner(self, name: str, live: Any) -> Shape:
        return self.item

    def shown(self, value: Any) -> Any:
        return {name: self.item.shown(each) for name, each in value.items()}

    def check_new(self, value: Any, live: Any) -> None:
        assert value.keys() == live.keys(), f"{value!r} became {live!r}"
        for name, each in value.items():
            self.item.check_new(each, live[name])

    def describe(self) -> str:
        return f"dict[{self.item.describe()}]"


class Obj(Shape):
    """A model, dataclass, TypedDict or plain class."""

    is_object = True

    def __init__(self, kind: str, fields: dict[str, Shape], fixed: set[str], aliased: bool) -> None:
        self.kind, self.fields, self._fixed = kind, fields, fixed
        self.frozen = kind in ("frozen", "frozen dataclass")
        self.aliases = {n: f"{n}Wire" if aliased and kind in _MODELS else n for n in fields}
        self.annotation = self.cls = _MAKERS[kind](self)
        self.child = None
        if kind == "base":  # live values have a class that the type does not name
            self.child = pydantic.create_model("Child", __base__=self.cls, more=(int, 3))

    def visible(self, _: Any) -> dict[str, str]:
        """Return the names of the attributes by their names on the wire."""
        return {self.aliases[name]: name for name in self.fields}

    def sample(self, n: int) -> Any:
        values = {name: shape.sample(n + i) for i, (name, shape) in enumerate(self.fields.items())}
        if self.kind == "typed dict":
            return values
        if self.kind == "plain":
            live = self.cls()
            live.__dict__.update(values)
            return live
        if self.kind in ("dataclass", "frozen dataclass"):
            return self.cls(**values)
        cls = self.child or self.cls
        made = {self.aliases[name]: value for name, value in values.items()}
        live = cls.model_construct(**made, h=next(_numbers))
        for name, value in values.items():  # the very objects, with their tracked containers
            vars(live)[name] = value
        if self.kind != "frozen":
            live._p = next(_numbers)
        return live

    def dump(self, live: Any) -> Any:
        return {self.aliases[n]: s.dump(_get(live, n)) for n, s in self.fields.items()}

    def parts(self, live: Any, node: Any) -> Any:
        return {self.aliases[n]: node(s, _get(live, n)) for n, s in self.fields.items()}

    def hidden(self, live: Any) -> Any:
        if self.kind in ("typed dict", "plain"):
            return type(live)
        names = ("h", "_p", "more") if self.kind in _MODELS else ()
        return type(live), [getattr(live, name, None) for name in names]

    def is_fixed(self, wire: str) -> bool:
        return self._name(wire) in self._fixed

    def _name(self, wire: str) -> str | None:
        return next((n for n, alias in self.aliases.items() if alias == wire), None)

    def names_fit(self, value: Any, live: Any) -> bool:
        return isinstance(value, dict) and all(self._name(name) for name in value)

    def check(self, value: Any) -> None:
        if type(value) is not dict:
            raise Wrong("no object")
        for name, each in value.items():
            if self._name(name) is None and name not in self.fields:
                raise Wrong(f"unknown {name}")
            self.fields[self._name(name) or name].check(each)
        missing = [n for n in self.fields if self.aliases[n] not in value and n not in value]
        if missing:
            raise Wrong("required")

    def check_part(self, value: Any) -> None:
        self.check(value)
        if self._fixed:
            raise Unclear

    def check_write(self, name: str, live: Any, removed: bool = False, added: bool = False) -> None:
        field = self._name(name)
        if field is None or self.frozen or field in self._fixed:
            raise Wrong(f"{name} can't be written")
        if removed:
            raise Wrong(f"{name} is required")

    def inner(self, name: str, live: Any) -> Shape:
        return self.fields[self._name(name) or name]

    def shown(self, value: Any) -> Any:
        return {
            self.aliases[self._name(n) or n]: self.inner(n, None).shown(v) for n, v in value.items()
        }

    def check_new(self, value: Any, live: Any) -> None:
        super().check_new(value, live)
        if self.kind in _MODELS:
            assert live.h == 7, f"hidden {live.h!r} in a new value"
        for name, each in value.items():
            field = self._name(name) or name
            self.fields[field].check_new(each, _get(live, field))

    def describe(self) -> str:
        inner = ", ".join(
            f"{n}{'!' if n in self._fixed else ''}: {s.describe()}" for n, s in self.fields.items()
        )
        return f"{self.kind}({inner})"


def _get(live: Any, name: str) -> Any:
    return live[name] if isinstance(live, dict) else getattr(live, name)


_MODELS = frozenset({"model", "frozen", "base", "assigning"})


def _model(shape: Obj) -> Any:
    config = ConfigDict(
        arbitrary_types_allowed=True, frozen=shape.kind == "frozen",
        validate_assignment=shape.kind == "assigning", serialize_by_alias=True,
    )  # fmt: skip
    base: Any = type("Drawn", (BaseModel,), {"model_config": config, "__module__": __name__})
    if shape.kind != "frozen":
        base = type("Drawn", (base,), {
            "_p": PrivateAttr(0), "__module__": __name__, "__annotations__": {"_p": int},
        })  # fmt: skip
    fields: dict[str, Any] = {
        name: (inner.annotation, Field(
            serialization_alias=alias if alias != name else None,
            frozen=name in shape._fixed or None,
        ))
        for (name, inner), alias in zip(shape.fields.items(), shape.aliases.values(), strict=True)
    }  # fmt: skip
    return pydantic.create_model("Drawn", __base__=base, **fields, h=(int, Field(7, exclude=True)))


def _dataclass(shape: Obj) -> Any:
    fields = [(name, inner.annotation) for name, inner in shape.fields.items()]
    return dataclasses.make_dataclass("Drawn", fields, frozen=shape.kind == "frozen dataclass")


def _typed_dict(shape: Obj) -> Any:
    make: Any = TypedDict
    return make("Drawn", {name: inner.annotation for name, inner in shape.fields.items()})


def _plain(shape: Obj) -> Any:
    annotations = {name: inner.annotation for name, inner in shape.fields.items()}
    return type("Drawn", (), {"__annotations__": annotations, "__module__": __name__})


_MAKERS: dict[str, Any] = {
    **dict.fromkeys(_MODELS, _model),
    **dict.fromkeys(("dataclass", "frozen dataclass"), _dataclass),
    "typed dict": _typed_dict, "plain": _plain,
}  # fmt: skip

_SCALARS = ["int", "positive", "str", "colour", "secret", "maybe", "masked", "day"]


@st.composite
def shapes(draw: Any, depth: int = 3, root: bool = False) -> Any:
    """Draw a shape."""
    kind = draw(st.integers(0, 9))
    if root or (depth and kind >= 6):
        kinds = [
            "model",
            "base",
            "assigning",
            "frozen",
            "dataclass",
            "frozen dataclass",
            "typed dict",
        ]
        chosen = draw(
            st.sampled_from(["plain", "model", "assigning", "dataclass"] if root else kinds)
        )
        names = "xyz"[: draw(st.integers(1, 3))]
        fields = {name: draw(shapes(depth - 1)) for name in names}
        fixed = set()
        if chosen in ("model", "base") and draw(st.integers(0, 3)) == 0:
            fixed = {names[0]}
        return Obj(chosen, fields, fixed, draw(st.booleans()))
    if depth and kind >= 2:
        item = draw(shapes(depth - 1))
        if kind == 2:
            return Named(item, draw(st.booleans()))
        return Many(
            draw(st.sampled_from(["list", "synced", "deque", "tuple", "few", "list"])), item
        )
    return Scalar(draw(st.sampled_from(_SCALARS)))
