"""The codec compared with the kit's decoder and the standard library's `json`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import json
from typing import Any, NoReturn

from hypothesis import strategies as st

from conformance.protocol import wire
from tests.ws_sync.strategies import names, texts
from tools.fuzz.target import Finding, Target
from tools.fuzz.texts import frames
from ws_sync._binding.attributes import to_json
from ws_sync._core.json.codec import MAX_DEPTH, decode, decode_value, encode, frame
from ws_sync.exceptions import MalformedFrame, NotJSON


def check_text(text: str) -> None:
    """A text is decoded as by the kit, or refused with a reason. What was decoded can be sent."""
    try:
        theirs = wire.decode(text)
    except wire.MalformedFrame:
        theirs = None
    try:
        event = decode(text)
    except MalformedFrame as error:
        if theirs is not None and not _has_to_be_refused(text):
            raise Finding(f"refused, but the kit accepts it: {error}") from error
        return
    if theirs is None:
        raise Finding(f"decoded as {event!r}, but the kit refuses it")
    data = None if theirs.data is wire.ABSENT else theirs.data
    _check_same((event.type, event.data), (theirs.type, data))
    again = frame(event.type, encode(event.data))
    if decode(again) != event:
        raise Finding(f"encoded again as {again!r}")
    _check_same(json.loads(again, parse_constant=_no_constant)["data"], data)


def check_value(drawn: tuple[object, bool]) -> None:
    """A value is encoded as strict JSON, and as by `json` if both know it, or refused."""
    value, converts = drawn
    try:
        text = encode(value, to_json if converts else None)
    except NotJSON as error:
        str(error)
        if _has_to_be_written(value):
            raise Finding(f"JSON is refused: {error}") from error
        return
    read = json.loads(text, parse_constant=_no_constant)
    text.encode()
    _check_same(decode_value(text, MAX_DEPTH - 2), read)
    if _is_json(value):
        _check_same(read, json.loads(json.dumps(value)))


def _has_to_be_refused(text: str) -> bool:
    """Return whether the text breaks one of two rules that the kit's decoder does not check."""
    twice = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.append(len(dict(pairs)) < len(pairs))
        return dict(pairs)

    return _depth(json.loads(text, object_pairs_hook=members)) > MAX_DEPTH or any(twice)


def _check_same(one: Any, other: Any) -> None:
    """Check that two values have the same representation: `1` is not `1.0` here."""
    if repr(one) != repr(other):
        raise Finding(f"{one!r} instead of {other!r}")


def _no_constant(name: str) -> NoReturn:
    raise Finding(f"{name} was encoded")


def _has_to_be_written(value: object) -> bool:
    try:
        return _is_json(value) and _depth(value) <= MAX_DEPTH - 2
    except RecursionError:  # it contains itself
        return False


def _is_json(value: object) -> bool:
    """Return whether a value is surely JSON, so that it must be encoded."""
    if value is None or type(value) is bool:
        return True
    if type(value) is int:
        return abs(value) < 10**300
    if type(value) is str:
        return value.isascii()
    if type(value) is float:
        return abs(value) < float("inf")
    if type(value) is list:
        return all(map(_is_json, value))
    return (
        type(value) is dict
        and all(type(k) is str and k.isascii() for k in value)
        and all(map(_is_json, value.values()))
    )


def _depth(value: object) -> int:
    children = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(children, list):
        return 0
    return 1 + max(map(_depth, children), default=0)


class Colour(enum.Enum):
    """An enumeration of texts."""

    RED = "red"


class Number(enum.IntEnum):
    """An enumeration of numbers."""

    ONE = 1


class Text(str):
    """A subclass of a type that JSON knows."""

    __slots__ = ()


@dataclasses.dataclass
class Point:
    """A dataclass."""

    x: Any = 0
    y: Any = None


def _circle() -> list[Any]:
    circle: list[Any] = [1]
    circle.append({"again": circle})
    return circle


def _deep(levels: int) -> Any:
    value: Any = 0
    for level in range(levels):
        value = [value] if level % 3 else {"a": value}
    return value


strange: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    texts,
    st.text(max_size=3),
    st.binary(max_size=3),
    st.integers(2**63 - 2, 2**64 + 2),
    st.sampled_from([10**400, -(10**309), 10**308, -0.0, 5e-324, 1e308]),
    st.sampled_from([124, 125, 126, 127, 300]).map(_deep),
    st.builds(_circle),
    st.builds(object),
    st.builds(Point),
    st.builds(Text, texts),
    st.sampled_from(
        [Colour.RED, Number.ONE, decimal.Decimal("1.5"), decimal.Decimal("NaN"), ..., int, 1j]
    ),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.just(dt.datetime(2024, 1, 1)),
    st.just(dt.UTC),
    st.just("\ud800"),
    st.just("null"),
    st.just("\udc00\ud800"),
)
keys = st.one_of(
    names,
    st.text(max_size=2),
    st.integers(0, 2),
    st.none(),
    st.floats(),
    st.booleans(),
    st.just("\ud800"),
    st.builds(Text, texts),
    st.just(Number.ONE),
    st.just((1, 2)),
    st.just(Colour.RED),
)
python_values: st.SearchStrategy[Any] = st.recursive(
    strange,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(names, inner, max_size=4),
        st.dictionaries(keys, inner, max_size=3),
        st.tuples(inner, inner),
        st.builds(Point, inner, inner),
        st.lists(inner, max_size=3).map(iter),
        st.sets(st.integers(0, 3)),
        st.frozensets(texts, max_size=2),
        st.just(range(3)),
    ),
    max_leaves=10,
)

TARGETS = {
    "decode": Target("texts are decoded as by the kit, or refused", frames, check_text),
    "encode": Target(
        "values are encoded as strict JSON, or refused",
        st.tuples(python_values, st.booleans()),
        check_value,
    ),
}
