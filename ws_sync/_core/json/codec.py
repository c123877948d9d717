"""Strict JSON: frames to events and back.

Input must be something that every peer reads alike: one object with a string `type`, without NaN
and Infinity, numbers that overflow to it, lone surrogates, duplicate members, or nesting deeper
than `MAX_DEPTH`. Output obeys the same rules. Values are encoded once: a frame is joined from text
that is already encoded, and text that this module wrote is read without checks.

orjson decides what is JSON. Two things remain to be checked: duplicate members, of which it keeps
the last one, and the depth. It rounds integers beyond 64 bits, so a text that may have some is read
again by pydantic's parser. No member of an incoming value is visited in Python except to find its
depth, so a frame costs a few times what orjson takes, however it is written.

In the other direction orjson writes NaN as null. It refuses integers beyond 64 bits, names that are
not strings, and lone surrogates; `json` decides on these.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import orjson
from pydantic_core import from_json

from ws_sync._core.json.pointer import join
from ws_sync.exceptions import MalformedFrame, NotJSON

JSON: TypeAlias = Any
"""A decoded JSON value: None, bool, int, float, str, list, or dict with string keys."""

Default: TypeAlias = Callable[[Any], Any]
"""Converts an object that has no JSON form to one that has."""

MAX_DEPTH = 127
"""Nesting levels of an incoming frame, with its own object."""

MAX_VALUE_DEPTH = MAX_DEPTH - 2
"""Nesting levels of a value. So each member of a frame's data can be sent back."""

OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""orjson leaves these to `default`, as the exact path does."""

_CONTAINERS = frozenset({dict, list, tuple})

_LARGE = (b"e+", b"e1", b"e2", b"e3")
"""One of these is in orjson's text of each integer that it has rounded; a string may have one too.

Some releases of orjson write the sign of the exponent.
"""


class Event(NamedTuple):
    """One event: its name, and its data (None if the frame has no `data`)."""

    type: str
    data: JSON


def decode(text: str) -> Event:
    """Decode a frame.

    Raises:
        MalformedFrame: it is not strict JSON, not an object, or has no string `type`.
    """
    value = decode_value(text)
    if type(value) is not dict:
        raise MalformedFrame(f"a frame must be an object, not {kind_of(value)}")
    event = value.get("type")
    if type(event) is not str:
        raise MalformedFrame(
            f"a frame must have a string 'type', not {kind_of(event)}"
        )  # events-type-string
    return Event(event, value.get("data"))


def decode_value(text: str, depth: int = MAX_DEPTH) -> JSON:
    """Decode strict JSON with at most `depth` nesting levels.

    Raises:
        MalformedFrame: it is not strict JSON.
    """
    try:
        value = orjson.loads(text)
    except ValueError as error:
        raise MalformedFrame(f"not JSON: {error}") from None
    if _brackets(text) > depth and is_deeper(value, depth):
        raise MalformedFrame(f"more than {depth} nesting levels")  # events-depth-limit
    canonical = orjson.dumps(value)
    if canonical == text.encode():
        return value
    if canonical.count(b":") != _colons(text):
        raise MalformedFrame("an object has a duplicate member")  # events-duplicate-members
    if not any(mark in canonical for mark in _LARGE):
        return value
    return from_json(text, cache_strings="none")  # text of a client is not kept


def _colons(text: str) -> int:
    """Return how many colons a JSON text has if it is written without escapes.

    A duplicate member takes at least one away from the value that is read, and nothing adds one.
    """
    colons = text.count(":")
    if "\\u003" in text:
        text = text.replace("\\\\", "")  # pairs of backslashes from the left, as JSON reads them
        colons += text.count("\\u003a") + text.count("\\u003A")
    return colons


def encode(value: object, default: Default | None = None) -> str:
    """Encode a value as compact JSON; see `dump`."""
    return dump(value, default).text.decode()


@dataclass(slots=True)
class Text:
    """JSON text in UTF-8.

    Attributes:
        text: the text.
        native: whether orjson writes it so, and reads it without a loss.
    """

    text: bytes
    native: bool

    @property
    def size(self) -> int:
        """Bytes of the text."""
        return len(self.text)


def dump(value: object, default: Default | None = None, known: Text | None = None) -> Text:
    """Encode a value as compact JSON.

    Args:
        value: a JSON value. Tuples are written as arrays.
        default: converts other objects; it may raise TypeError or ValueError.
        known: an earlier result; the same text is not checked again.

    Raises:
        NotJSON: a part of the value has no JSON form; the error has its path.
    """
    try:
        text = orjson.dumps(value, default, OPTIONS)
    except (TypeError, RecursionError):
        return dump_exactly(value, default)
    if known is not None and text == known.text:
        return known
    if not is_faithful(text, value):
        return dump_exactly(value, default)
    return Text(compact(text), True)


def compact(text: bytes) -> bytes:
    """Copy a text to keep, without the kilobytes that orjson allocates around it."""
    return b"%b" % text


def is_faithful(text: bytes, value: object, depth: int = MAX_VALUE_DEPTH) -> bool:
    """Return whether orjson's text of a value is certainly that of the exact path.

    Args:
        text: the text.
        value: the value.
        depth: the nesting levels that it may have.
    """
    has_null, is_deep = b"null" in text, _brackets(text) > depth
    if not has_null and not is_deep:
        return True
    read = orjson.loads(text)
    return not (is_deep and is_deeper(read, depth)) and not (has_null and read != value)


def dump_exactly(value: object, default: Default | None) -> Text:
    """Encode a value without orjson, and check everything that orjson may hide.

    Raises:
        NotJSON: as for `dump`; or two names are the same as text, such as `1` and `"1"`.
    """
    try:
        text = _encode_exactly(value, default)
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(value, default, error) from error
    if not _is_unicode(text):
        raise NotJSON(*_find_surrogate(json.loads(text), ()), "a lone surrogate")
    try:
        read = decode_value(text, MAX_VALUE_DEPTH)
    except MalformedFrame as error:
        raise NotJSON("", value, error.reason) from None
    try:
        return Text(orjson.dumps(read), True)
    except TypeError:  # an integer beyond 64 bits
        return Text(text.encode(), False)


def _encode_exactly(value: object, default: Default | None) -> str:
    try:
        return _encoder(default).encode(value)
    except TypeError:  # maybe a name is of a type that only `default` can convert
        if default is None or not isinstance(value, dict | list):
            raise
        return _encoder(default).encode(default(value))


def read_own(text: bytes, native: bool) -> JSON:
    """Decode a text from `dump`, given its `native`."""
    return orjson.loads(text) if native else json.loads(text)


def write_own(value: JSON) -> bytes:
    """Encode a value that was made of values from `read_own`."""
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits
        return _ENCODER.encode(value).encode()


def frame(event: str, data: str | None = None) -> str:
    """Return the frame of an event with encoded data; None leaves `data` out."""
    name = _name(event)
    return f'{{"type":{name}}}' if data is None else f'{{"type":{name},"data":{data}}}'


def frame_prefix(event: str) -> bytes:
    """Return the frame of an event up to its data."""
    return f'{{"type":{encode(event)},"data":'.encode()


@lru_cache(1024)
def _name(event: str) -> str:
    return encode(event)


def is_deeper(value: object, limit: int) -> bool:
    """Return whether a value has more than `limit` nesting levels.

    Only plain lists, tuples and dicts count; decoded JSON has no others.
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


def _encoder(default: Default | None) -> json.JSONEncoder:
    return _ENCODER if default is None else _new_encoder(default)


def _new_encoder(default: Default | None) -> json.JSONEncoder:
    return json.JSONEncoder(
        ensure_ascii=False,
        allow_nan=False,
        check_circular=False,  # a cycle ends in a RecursionError
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
        return NotJSON("", value, f"circular, or more than {MAX_VALUE_DEPTH} nesting levels")
    path, culprit = _find_culprit(value, default, ())
    return NotJSON(path, culprit, str(error))


def _find_culprit(
    value: object, default: Default | None, path: tuple[str, ...]
) -> tuple[str, object]:
    for token, child in _children(value):
        try:
            _encoder(default).encode(child)
        except RecursionError:  # a cycle, but not the cause of the error
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


def kind_of(value: JSON) -> str:
    """Return the JSON type of a value, with its article."""
    return _KINDS.get(type(value), "a number")


_KINDS = {
    type(None): "null",
    bool: "a boolean",
    str: "a string",
    list: "an array",
    dict: "an object",
}
