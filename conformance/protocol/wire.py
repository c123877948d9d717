"""Decodes and encodes events, as strictly as the specification demands (events.md)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

from conformance.errors import Kind

JSON: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list or dict with string keys."""


class Absent:
    """The `data` of an event that has no such member."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Final = Absent()

SCHEMA_BY_NAME: Final = {
    "_SET": "set",
    "_GET": "get",
    "_PATCH": "patch",
    "_ACTION": "action",
    "_TASK_START": "task-start",
    "_TASK_CANCEL": "task-cancel",
    "_BIN_META": "bin-meta",
    "_TOAST": "toast",
    "_DOWNLOAD": "download",
    "_DISCONNECT": "disconnect",
    "_REQUEST_USER_SESSION": "request-user-session",
    "_USER_SESSION": "user-session",
    "_HELLO": "hello",
}


LARGEST: Final = 128 << 20
"""The largest frame that is read, in bytes."""
SAFE_DIGITS: Final = 300
"""An integer with at most this many digits always fits a double."""


class MalformedFrame(Exception):
    """A text frame that is not an event.

    Attributes:
        requirement: The id of the requirement that it breaks.
        reason: What is wrong, a phrase.
        kind: What sort of thing is wrong.
    """

    def __init__(self, requirement: str, reason: str, kind: Kind = Kind.MALFORMED) -> None:
        super().__init__(requirement, reason)
        self.requirement = requirement
        self.reason = reason
        self.kind = kind

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `data` is `ABSENT` if the envelope has no such member."""

    type: str
    data: JSON = ABSENT

    @property
    def name(self) -> str:
        """The part before the first colon."""
        return self.type.partition(":")[0]

    @property
    def key(self) -> str | None:
        """The part after the first colon, or None without one (events-key)."""
        _, colon, key = self.type.partition(":")
        return key if colon else None

    def envelope(self) -> dict[str, JSON]:
        """The event as a JSON object."""
        if self.data is ABSENT:
            return {"type": self.type}
        return {"type": self.type, "data": self.data}

    def text(self) -> str:
        """The text frame of this event."""
        return compact(self.envelope())


def compact(value: JSON) -> str:
    """A JSON value as compact text; lone surrogates are escaped."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text


def decode(text: str) -> Event:
    """Decode a text frame.

    Raises:
        MalformedFrame: It is not JSON by RFC 8259, or not an event.
    """
    if text.startswith("\ufeff"):
        raise MalformedFrame("connection-text", "text that begins with a byte order mark")
    try:
        envelope = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_whole
        )
    except ValueError as error:
        kind = Kind.NOT_FINITE if isinstance(error, _NotFinite) else Kind.NOT_JSON
        reason = f"text that is not JSON: {error}"
        raise MalformedFrame("events-strict-json", reason, kind) from error
    except RecursionError as error:
        raise MalformedFrame("events-depth-limit", "text that is nested too deeply") from error
    if not isinstance(envelope, dict) or not isinstance(envelope.get("type"), str):
        raise MalformedFrame("events-envelope", "not an object with a string member 'type'")
    if "\\u" in text and _has_lone_surrogate(envelope):
        raise MalformedFrame("events-lone-surrogate", "a string with a lone surrogate")
    return Event(envelope["type"], envelope.get("data", ABSENT))


def same(left: JSON, right: JSON) -> bool:
    """Whether two JSON values are equal by JSON's types: 1 is 1.0, but not true (patch-test)."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    numbers = (int, float)
    if isinstance(left, numbers) and isinstance(right, numbers):
        return left == right
    return type(left) is type(right) and bool(left == right)


class _NotFinite(ValueError):
    """A literal such as NaN, which JSON does not have."""


def _refuse_constant(name: str) -> NoReturn:
    raise _NotFinite(f"{name} is not JSON")


def _finite(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise ValueError(f"{literal[:20]} is too large for a double")
    return number


def _whole(literal: str) -> int:
    if len(literal) > SAFE_DIGITS:
        _finite(literal)
    return int(literal)


def _has_lone_surrogate(envelope: JSON) -> bool:
    try:
        json.dumps(envelope, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
