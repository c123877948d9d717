"""Frames: JSON text to events and back, strictly.

What comes in must be what every peer reads alike: one object with a string `type`, no NaN or
Infinity, no number that overflows to it, no lone surrogate, no member twice, no nesting beyond
`MAX_DEPTH`. What goes out obeys the same rules. Values are encoded once: a frame is joined from
text that is already encoded, and text that this module has made is read without judging it again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeAlias

from ws_sync.exceptions import MalformedFrame, NotJSON
from ws_sync.pointer import join

JSON: TypeAlias = Any
"""A decoded JSON value: None, bool, int, float, str, list, or dict with string keys."""

Default: TypeAlias = Callable[[Any], Any]
"""Turns an object that JSON does not know into one that it knows."""

MAX_DEPTH = 127
"""Arrays and objects inside each other in a frame that comes in, its own object included."""

MAX_VALUE_DEPTH = MAX_DEPTH - 2
"""The same of a value: whatever came in, as a member of a frame's data, can be sent back."""

_CONTAINERS = frozenset({dict, list, tuple})

_LONG_INTEGER = re.compile(r"\d{309}")
"""So many digits may be too large for a double, or stand in a string."""

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Event(NamedTuple):
    """One event: its name, and its data (None when the frame has no `data`)."""

    type: str
    data: JSON


def decode(text: str) -> Event:
    """Read the frame `text`.

    Raises:
        MalformedFrame: it is not JSON by the rules above, not an object, or has no string `type`.
    """
    value = decode_value(text)
    if type(value) is not dict:
        raise MalformedFrame(f"a frame is an object, not {_kind(value)}")
    event = value.get("type")
    if type(event) is not str:
        raise MalformedFrame("a frame has a member 'type' that is a string")  # events-type-string
    return Event(event, value.get("data"))


def decode_value(text: str, depth: int = MAX_DEPTH) -> JSON:
    """Read the JSON value `text`, nested to `depth` at most; the strict half of `decode`.

    Raises:
        MalformedFrame: it is not JSON by the rules of this module.
    """
    try:
        value = _decoder(text).decode(text)
    except RecursionError:
        raise MalformedFrame(f"nested deeper than {depth} levels") from None
    except ValueError as error:  # a JSONDecodeError, or int() of too many digits
        raise MalformedFrame(f"not JSON: {error}") from None
    if _brackets(text) > depth and is_deeper(value, depth):
        raise MalformedFrame(f"nested deeper than {depth} levels")  # events-depth-limit
    if _ESCAPED_SURROGATE.search(text) and not _is_unicode(_encoder(None).encode(value)):
        raise MalformedFrame("a string with half a surrogate pair")  # events-lone-surrogate
    return value


def encode(value: object, default: Default | None = None) -> str:
    """Write `value` as compact JSON text.

    Args:
        value: made of JSON's types, and of tuples, which are written as arrays.
        default: converts what JSON does not know; it may raise TypeError or ValueError.

    Raises:
        NotJSON: something in `value` has no JSON form; the error names the place.
    """
    try:
        text = _encoder(default).encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(value, default, error) from error
    if _brackets(text) > MAX_VALUE_DEPTH and is_deeper(value, MAX_VALUE_DEPTH):
        raise NotJSON("", value, f"nested deeper than {MAX_VALUE_DEPTH} levels")
    if _LONG_INTEGER.search(text):
        _refuse_long_integers(text, value)
    if not _is_unicode(text):
        raise NotJSON(*_find_surrogate(json.loads(text), ()), "half a surrogate pair")
    return text


def encode_object(value: object, default: Default, checked: str = "") -> str:
    """Write a value of the application, in which objects may hide anything.

    Args:
        value: the value.
        default: as for `encode`.
        checked: text that came out before; the same text is not checked again.

    Raises:
        NotJSON: as for `encode`; or two names of a member are one as text, such as `1` and `"1"`.
    """
    text = encode(value, default)
    if text != checked:
        try:
            decode_value(text, MAX_VALUE_DEPTH)
        except MalformedFrame as error:
            raise NotJSON("", value, error.reason) from None
    return text


def read_own(text: str) -> JSON:
    """Read text that `encode` or `encode_object` has made."""
    return json.loads(text)


def write_own(value: JSON) -> str:
    """Write what was made of values that `read_own` has read."""
    return _ENCODER.encode(value)


def frame(event: str, data: str | None = None) -> str:
    """Join the frame of an event with data that is already encoded; None leaves `data` out."""
    name = _encoder(None).encode(event)
    return f'{{"type":{name}}}' if data is None else f'{{"type":{name},"data":{data}}}'


def is_deeper(value: object, limit: int) -> bool:
    """Tell whether more than `limit` arrays and objects stand inside each other in a value.

    Only the plain types count, which are all that comes out of JSON.
    """
    level = [value]
    for _ in range(limit):
        level = [
            child
            for container in level
            if type(container) in _CONTAINERS
            for child in (container.values() if type(container) is dict else container)  # type: ignore[attr-defined]
            if type(child) in _CONTAINERS
        ]
        if not level:
            return False
    return True


def _brackets(text: str) -> int:
    return text.count("[") + text.count("{")


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice in an object")  # events-duplicate-members
    return members


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"the number {number} is too large")  # events-not-finite
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _integer(number: str) -> int:
    _finite(number)
    return int(number)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_finite, parse_constant=_constant
)

_DECODER_OF_LONG_INTEGERS = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_finite,
    parse_int=_integer,
    parse_constant=_constant,
)


def _decoder(text: str) -> json.JSONDecoder:
    """Return a decoder for `text`: judging integers costs much, and is seldom needed."""
    return _DECODER_OF_LONG_INTEGERS if _LONG_INTEGER.search(text) else _DECODER


def _encoder(default: Default | None) -> json.JSONEncoder:
    return _ENCODER if default is None else _new_encoder(default)


def _new_encoder(default: Default | None) -> json.JSONEncoder:
    return json.JSONEncoder(
        ensure_ascii=False,
        allow_nan=False,
        check_circular=False,  # a circle ends in a RecursionError
        separators=(",", ":"),
        default=default,
    )


_ENCODER = _new_encoder(None)


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_long_integers(text: str, value: object) -> None:
    try:
        _DECODER_OF_LONG_INTEGERS.decode(text)
    except ValueError as error:
        raise NotJSON("", value, str(error)) from None


def _not_json(value: object, default: Default | None, error: Exception) -> NotJSON:
    if isinstance(error, RecursionError):
        return NotJSON("", value, f"circular, or nested deeper than {MAX_VALUE_DEPTH} levels")
    path, culprit = _find_culprit(value, default, ())
    return NotJSON(path, culprit, str(error))


def _find_culprit(
    value: object, default: Default | None, path: tuple[str, ...]
) -> tuple[str, object]:
    for token, child in _children(value):
        try:
            _encoder(default).encode(child)
        except (TypeError, ValueError):
            return _find_culprit(child, default, (*path, token))
    return join(*path), value


def _find_surrogate(value: JSON, path: tuple[str, ...]) -> tuple[str, object]:
    for token, child in _children(value):
        if not _is_unicode(token) or not _is_unicode(_ENCODER.encode(child)):
            return _find_surrogate(child, (*path, token))
    return join(*path), value


def _children(value: object) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [(str(key), child) for key, child in value.items()]
    if isinstance(value, list | tuple):
        return [(str(index), child) for index, child in enumerate(value)]
    return []


def _kind(value: JSON) -> str:
    names = {type(None): "null", bool: "a boolean", str: "a string", list: "an array"}
    return names.get(type(value), "a number")
