"""The contract of spec/testee.md as data: documents, attributes, and the arguments of its calls."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from tests.mutants.frames import JSON
from tests.mutants.patching import Refused

FEATURES = [
    "tasks",
    "binary",
    "toast",
    "download",
    "user-session",
    "client-actions",
    "typed-arguments",
    "lazy",
    "scoped-keys",
    "errors",
]
ANNOUNCED = ("TESTEE", "SECOND", "scope/NESTED")


def initial() -> dict[str, dict[str, JSON]]:
    """The writable attributes of every document, by key."""
    return {
        "TESTEE": {
            "text": "",
            "number": 0,
            "flag": False,
            "items": [],
            "table": {},
            "anything": None,
        },
        "SECOND": {"value": 0},
        "scope/NESTED": {"value": 0},
        "LAZY": {"value": 0},
    }


# How an argument is read as its type (actions-arguments)


def anything(value: JSON) -> JSON:
    """Any JSON value."""
    return value


def text(value: JSON) -> JSON:
    """A string."""
    return _of(value, str)


def an_object(value: JSON) -> JSON:
    """A JSON object."""
    return _of(value, dict)


def some_bytes(value: JSON) -> JSON:
    """The content of a binary frame."""
    return _of(value, bytes)


def integer(value: JSON) -> JSON:
    """A whole number."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _of(value, int)


def number(value: JSON) -> JSON:
    """A number."""
    return _of(value, int | float)


def base64_text(value: JSON) -> JSON:
    """Bytes that are written as Base64."""
    try:
        return base64.b64decode(_of(value, str), validate=True)
    except binascii.Error:
        raise Refused from None


def _of(value: JSON, kind: type | JSON) -> JSON:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Refused
    return value


Reader = Callable[[JSON], JSON]

ACTIONS: dict[str, dict[str, dict[str, Reader]]] = {
    "TESTEE": {
        "reset": {},
        "assign": {"name": text, "value": anything},
        "assignMany": {"values": an_object},
        "assignQuietly": {"name": text, "value": anything},
        "publish": {},
        "burst": {"count": integer},
        "assignLater": {"name": text, "value": anything, "afterMs": number},
        "callBack": {"name": text, "arguments": an_object},
        "notify": {"message": text, "level": text},
        "sendFile": {"filename": text, "content": base64_text},
        "sendBytes": {"metadata": an_object, "content": base64_text},
        "receiveBytes": {"data": some_bytes, "label": anything},
        "typed": {"count": integer, "label": text},
        "fail": {"message": text},
    },
    "SECOND": {"assign": {"name": text, "value": anything}},
    "scope/NESTED": {},
    "LAZY": {},
}
TASKS: dict[str, dict[str, Reader]] = {
    "count": {"steps": integer, "intervalMs": number},
    "wait": {},
    "crash": {},
}
DEFAULTS: dict[str, dict[str, JSON]] = {"typed": {"label": "none"}}
