"""Frames: JSON text to events and back, strictly.

What comes in must be what every peer reads alike: one object with a string `type`, no NaN or
Infinity, no number that overflows to it, no lone surrogate, no member twice, no nesting beyond
`MAX_DEPTH`. What goes out obeys the same rules. Values are encoded once: a frame is joined from
text that is already encoded, and text that this module has made is read without judging it again.

Both ways there is a fast path, orjson, and behind it an exact one, the standard library's `json`.
orjson's answer is taken only where it is provably the exact one's: a frame that comes in has to be
what orjson writes itself, so no member stood twice and no number was rounded; a value that goes out
has to be free of NaN, which orjson writes as null. Whatever orjson refuses (integers beyond 64
bits, names that are no strings, half a surrogate pair) the exact path judges.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn, TypeAlias

import orjson

from ws_sync._core.json.pointer import join
from ws_sync.exceptions import MalformedFrame, NotJSON

JSON: TypeAlias = Any
"""A decoded JSON value: None, bool, int, float, str, list, or dict with string keys."""

Default: TypeAlias = Callable[[Any], Any]
"""Turns an object that JSON does not know into one that it knows."""

MAX_DEPTH = 127
"""Arrays and objects inside each other in a frame that comes in, its own object included."""

MAX_VALUE_DEPTH = MAX_DEPTH - 2
"""The same of a value: whatever came in, as a member of a frame's data, can be sent back."""

OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""What orjson leaves to `default`, whose forms of these are those of the exact path."""

_CONTAINERS = frozenset({dict, list, tuple})

_UNDECIDED = object()
"""What the fast path returns when only the exact one can tell."""

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
    value = _decode_canonical(text, depth)
    return _decode_exactly(text, depth) if value is _UNDECIDED else value


def _decode_canonical(text: str, depth: int) -> JSON:
    """Read text that is as orjson writes it; `_UNDECIDED` when it is not."""
    try:
        value = orjson.loads(text)
        if orjson.dumps(value) != text.encode():
            return _UNDECIDED
    except (ValueError, TypeError):
        return _UNDECIDED
    return _UNDECIDED if _brackets(text) > depth and is_deeper(value, depth) else value


def _decode_exactly(text: str, depth: int) -> JSON:
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
    """Write `value` as compact JSON text; see `dump`."""
    return dump(value, default).text.decode()


class Text(NamedTuple):
    """JSON text in UTF-8.

    Attributes:
        text: the text.
        native: whether it is as orjson writes it, and orjson reads it as it was meant.
    """

    text: bytes
    native: bool

    @property
    def size(self) -> int:
        """How long the text is."""
        return len(self.text)


def dump(value: object, default: Default | None = None, known: Text | None = None) -> Text:
    """Write `value` as compact JSON text.

    Args:
        value: made of JSON's types, and of tuples, which are written as arrays.
        default: converts what JSON does not know; it may raise TypeError or ValueError.
        known: a text that came out before; the same text is not judged again.

    Raises:
        NotJSON: something in `value` has no JSON form; the error names the place.
    """
    try:
        text = orjson.dumps(value, default, OPTIONS)
    except (TypeError, RecursionError):
        return dump_exactly(value, default)
    if known is not None and text == known.text:
        return known
    if not is_faithful(text, value):
        return dump_exactly(value, default)
    return compact(text)


def compact(text: bytes) -> Text:
    """Copy a text of orjson that is to be kept: there is a buffer of kilobytes around it."""
    return Text(b"%b" % text, True)


def is_faithful(text: bytes, value: object, depth: int = MAX_VALUE_DEPTH) -> bool:
    """Tell whether orjson's text of a value is surely what the exact path would write.

    Args:
        text: the text.
        value: what it was made of.
        depth: how many levels it may have.
    """
    has_null, is_deep = b"null" in text, _brackets(text) > depth
    if not has_null and not is_deep:
        return True
    read = orjson.loads(text)
    return not (is_deep and is_deeper(read, depth)) and not (has_null and read != value)


def dump_exactly(value: object, default: Default | None) -> Text:
    """Write a value without orjson; everything that it may hide is judged.

    Raises:
        NotJSON: as for `dump`; or two names of a member are one as text, such as `1` and `"1"`.
    """
    try:
        text = _encode_exactly(value, default)
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(value, default, error) from error
    if not _is_unicode(text):
        raise NotJSON(*_find_surrogate(json.loads(text), ()), "half a surrogate pair")
    try:
        read = _decode_exactly(text, MAX_VALUE_DEPTH)
    except MalformedFrame as error:
        raise NotJSON("", value, error.reason) from None
    try:
        return Text(orjson.dumps(read), True)
    except TypeError:  # an integer beyond 64 bits
        return Text(text.encode(), False)


def _encode_exactly(value: object, default: Default | None) -> str:
    try:
        return _encoder(default).encode(value)
    except TypeError:  # perhaps a member's name is of a type that only `default` can convert
        if default is None or not isinstance(value, dict | list):
            raise
        return _encoder(default).encode(default(value))


def read_own(text: bytes, native: bool) -> JSON:
    """Read text that `dump` has made; `native` is what it said of it."""
    return orjson.loads(text) if native else json.loads(text)


def write_own(value: JSON) -> bytes:
    """Write what was made of values that `read_own` has read."""
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits
        return _ENCODER.encode(value).encode()


def frame(event: str, data: str | None = None) -> str:
    """Join the frame of an event with data that is already encoded; None leaves `data` out."""
    name = _name(event)
    return f'{{"type":{name}}}' if data is None else f'{{"type":{name},"data":{data}}}'


def frame_prefix(event: str) -> bytes:
    """Return the frame of an event up to its data."""
    return f'{{"type":{encode(event)},"data":'.encode()


@lru_cache(1024)
def _name(event: str) -> str:
    return encode(event)


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


def _brackets(text: str | bytes) -> int:
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{")
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
        except RecursionError:  # a circle, but not what was complained of
            continue
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
