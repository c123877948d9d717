# ruff: noqa: ARG002  # the shapes have one interface
"""Kinds of values: what goes out of a live value, what does not, and which JSON makes a new one.

Nothing here is shared with `ws_sync`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, PlainSerializer, SecretStr

from tests.ws_sync._binding.write.choices import Choices

JSON: TypeAlias = Any


class Wrong(Exception):
    """A write has to be refused."""


class Colour(enum.Enum):
    """An enumeration."""

    RED = "red"
    BLUE = "blue"


class Shape:
    """A type of values.

    Attributes:
        annotation: the type.
        is_object: whether its members have names that its class gives.
        frozen: whether no member of a value can be written.
        keeps_identity: whether a changed value is the same object.
        is_ordered: whether its elements have an order.
    """

    annotation: Any
    is_object = False
    frozen = False
    keeps_identity = True
    is_ordered = True

    def sample(self, draw: Choices) -> Any:
        """Return a live value."""
        raise NotImplementedError

    def resolve(self, live: Any) -> Shape:
        """Return the shape of a live value in a place of this type."""
        return self

    def owns(self, live: Any) -> bool:
        """Return whether a live value in a union belongs to this member."""
        raise NotImplementedError

    def choose(self, json: JSON) -> Shape:
        """Return the shape that a new value gets.

        Raises:
            Wrong: there is none.
        """
        return self

    def dump(self, live: Any) -> JSON:
        """Return what goes out."""
        return self.resolve(live).dump(live)

    def parts(self, live: Any) -> Any:
        """Return the parts, each with the type of its place; None for a leaf."""
        return None

    def hidden(self, live: Any) -> Any:
        """Return what does not go out of a value itself."""
        return None

    def trace(self, live: Any) -> Any:
        """Return what may only change if something is written."""
        return None

    def place(self, name: Any) -> Shape:
        """Return the type of the place of a part."""
        raise Wrong("a leaf has no parts")

    def check(self, json: JSON) -> None:
        """Raise Wrong if no new value can be made from this JSON."""
        raise NotImplementedError

    def check_size(self, size: int) -> None:
        """Raise Wrong if a value can't have that number of parts."""

    def shown(self, json: JSON) -> JSON:
        """Return what goes out of a new value that was made from this JSON."""
        return json

    def check_made(self, json: JSON, live: Any) -> None:
        """Raise AssertionError unless a new value was made from this JSON alone."""
        assert self.dump(live) == self.shown(json), f"{json!r} became {live!r}"

    def text(self) -> str:
        """Return the type as text."""
        raise NotImplementedError


def _stars(value: str) -> str:
    return "*" * len(value)


def _day(value: datetime) -> str:
    return value.date().isoformat()


def _rounded(value: Decimal) -> str:
    return f"{value:.1f}"


def _joined(value: list[int]) -> str:
    return ",".join(map(str, value))


def _int(json: JSON) -> int | None:
    """Return the number that pydantic reads; also from text such as "1.0"."""
    if type(json) is str and json.removesuffix(".0").isdecimal():
        return int(json.removesuffix(".0"))
    return json if type(json) is int else None


SCALARS: dict[str, Any] = {
    "int": int,
    "str": str,
    "secret": SecretStr,
    "masked": Annotated[str, PlainSerializer(_stars)],
    "positive": Annotated[int, Field(ge=0)],
    "short": Annotated[str, Field(max_length=2)],
    "colour": Colour,
    "day": Annotated[datetime, PlainSerializer(_day)],
    "rounded": Annotated[Decimal, PlainSerializer(_rounded)],
    "joined": Annotated[list[int], PlainSerializer(_joined)],
    "lucky": int,  # the class that has it rejects 13
    "a": Literal["a"],
    "b": Literal["b"],
}


class Scalar(Shape):
    """A leaf."""

    def __init__(self, kind: str) -> None:
        self.kind, self.annotation = kind, SCALARS[kind]

    def sample(self, draw: Choices) -> Any:
        n = draw.below(4)
        match self.kind:
            case "int" | "positive" | "lucky":
                return n
            case "colour":
                return [*Colour][n % 2]
            case "secret":
                return SecretStr(["", "s", "t", "u"][n])
            case "day":
                return datetime(2026, 1, 1 + n % 2, 5, 6, n)
            case "rounded":
                return Decimal(n % 2) + Decimal("0.0001")
            case "joined":
                return [*range(n)]
            case "a" | "b":
                return self.kind
        return ["", "x", "y", "xy"][n]

    def dump(self, live: Any) -> JSON:
        match self.kind:
            case "colour":
                return live.value
            case "secret":
                return "**********" if live.get_secret_value() else ""
            case "masked":
                return _stars(live)
            case "day":
                return _day(live)
            case "rounded":
                return _rounded(live)
            case "joined":
                return _joined(live)
        return live

    def check(self, json: JSON) -> None:
        is_int, is_text = type(json) is int, type(json) is str
        number = _int(json)
        fits: Any = {
            "int": number is not None, "positive": number is not None and number >= 0,
            "lucky": number is not None and number != 13,
            "str": is_text, "masked": is_text, "secret": is_text,
            "short": is_text and len(json) <= 2, "colour": json in ("red", "blue"),
            "day": (is_text and json.startswith("2026-")) or number is not None,
            "rounded": is_int or (is_text and json.replace(".", "", 1).isdecimal()),
            "joined": type(json) is list and all(_int(each) is not None for each in json),
            "a": json == "a", "b": json == "b",
        }[self.kind]  # fmt: skip
        if not fits:
            raise Wrong(f"{json!r} is not a {self.kind}")

    def owns(self, live: Any) -> bool:
        return type(live) is {"int": int, "str": str, "colour": Colour}[self.kind]

    def shown(self, json: JSON) -> JSON:
        match self.kind:
            case "int" | "positive" | "lucky":
                return _int(json)
            case "secret":
                return "**********" if json else ""
            case "masked":
                return _stars(json)
            case "rounded":
                return _rounded(Decimal(json))
            case "joined":
                return _joined([_int(each) or 0 for each in json])
            case "day" if (number := _int(json)) is not None:
                return datetime.fromtimestamp(number, UTC).date().isoformat()
        return json

    def text(self) -> str:
        return self.kind


class Anything(Shape):
    """A place without a type: JSON values, which are kept as they are."""

    annotation: Any = Any

    def sample(self, draw: Choices) -> Any:
        return _any(draw)

    def dump(self, live: Any) -> JSON:
        if isinstance(live, list):
            return [self.dump(each) for each in live]
        if isinstance(live, dict):
            return {name: self.dump(each) for name, each in live.items()}
        return live

    def parts(self, live: Any) -> Any:
        if isinstance(live, list):
            return [(self, each) for each in live]
        return {n: (self, each) for n, each in live.items()} if isinstance(live, dict) else None

    def hidden(self, live: Any) -> Any:
        return type(live) if isinstance(live, list | dict) else None

    def place(self, name: Any) -> Shape:
        return self

    def check(self, json: JSON) -> None:
        pass

    def text(self) -> str:
        return "any"


def _any(draw: Choices, depth: int = 2) -> Any:
    kind = draw.below(6 if depth else 4)
    if kind < 4:
        return [1, "x", None, 2][kind]
    size = draw.below(3)
    if kind == 4:
        return [_any(draw, depth - 1) for _ in range(size)]
    return {name: _any(draw, depth - 1) for name in "ab"[:size]}


class Maybe(Shape):
    """A value or None."""

    def __init__(self, item: Shape) -> None:
        self.item, self.annotation = item, item.annotation | None

    def sample(self, draw: Choices) -> Any:
        return None if draw.one_in(4) else self.item.sample(draw)

    def resolve(self, live: Any) -> Shape:
        return NOTHING if live is None else self.item.resolve(live)

    def choose(self, json: JSON) -> Shape:
        return NOTHING if json is None else self.item.choose(json)

    def check(self, json: JSON) -> None:
        self.choose(json).check(json)

    def shown(self, json: JSON) -> JSON:
        return self.choose(json).shown(json)

    def check_made(self, json: JSON, live: Any) -> None:
        self.choose(json).check_made(json, live)

    def text(self) -> str:
        return f"{self.item.text()}?"


class Nothing(Shape):
    """None."""

    annotation = None

    def sample(self, draw: Choices) -> Any:
        return None

    def dump(self, live: Any) -> JSON:
        return None

    def check(self, json: JSON) -> None:
        if json is not None:
            raise Wrong("not null")

    def text(self) -> str:
        return "null"


NOTHING = Nothing()
ANYTHING = Anything()


class Union(Shape):
    """One of several types that have no JSON in common."""

    def __init__(self, items: Sequence[Shape], tag: str | None = None) -> None:
        self.items = items
        self.annotation = items[0].annotation
        for each in items[1:]:
            self.annotation = self.annotation | each.annotation
        if tag is not None:
            self.annotation = Annotated[self.annotation, Field(discriminator=tag)]

    def sample(self, draw: Choices) -> Any:
        return draw.pick(self.items).sample(draw)

    def resolve(self, live: Any) -> Shape:
        return next(each for each in self.items if each.owns(live)).resolve(live)

    def choose(self, json: JSON) -> Shape:
        for each in self.items:
            try:
                each.check(json)
            except Wrong:
                continue
            return each.choose(json)
        raise Wrong(f"{json!r} is none of {self.text()}")

    def check(self, json: JSON) -> None:
        self.choose(json)

    def shown(self, json: JSON) -> JSON:
        return self.choose(json).shown(json)

    def check_made(self, json: JSON, live: Any) -> None:
        chosen = self.choose(json)
        assert chosen.owns(live), f"{json!r} became {live!r}"
        chosen.check_made(json, live)

    def text(self) -> str:
        return f"({' | '.join(each.text() for each in self.items)})"
