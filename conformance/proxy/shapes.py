"""What the schemas of the events say, checked by hand, at a hundredth of the cost.

Only what passes here is taken as it is. What does not is given to the schema, which has the last
word and the words for people; a test holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from conformance.protocol.wire import JSON, SCHEMA_BY_NAME
from conformance.proxy.reading import NOTHING
from conformance.spec import deviation, schemas

PLAIN = frozenset({"add", "remove", "replace"})
"""What a patch should be made of (patch-plain-operations)."""

_BAD_ESCAPE = re.compile(r"~(?![01])")
_LEVELS = frozenset({"default", "message", "info", "success", "warning", "error"})
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shape:
    """What events of one name have to be like.

    Attributes:
        name: The name.
        keyed: Whether a key follows it.
        senders: Who sends them: `server`, `client`.
        sound: Whether data is as it has to be.
    """

    name: str
    keyed: bool
    senders: frozenset[str]
    sound: Callable[[JSON], bool]

    def deviation(self, type_: str, data: JSON) -> str | None:
        """What is wrong with an event of this name: a phrase, or None."""
        if (":" in type_) is self.keyed and self.sound(data):
            return None
        envelope = {"type": type_} if data is NOTHING else {"type": type_, "data": data}
        return deviation(SCHEMA_BY_NAME[self.name], envelope)


def _pointer(value: JSON) -> bool:
    if value.__class__ is not str or (value and value[0] != "/"):
        return False
    return "~" not in value or _BAD_ESCAPE.search(value) is None


def _operation(one: JSON) -> bool:
    if one.__class__ is not dict or not _pointer(one.get("path")):
        return False
    match one.get("op"):
        case "replace" | "add" | "test":
            return "value" in one
        case "remove":
            return True
        case "move" | "copy":
            return _pointer(one.get("from"))
    return False


def _patch(data: JSON) -> bool:
    return data.__class__ is list and all(map(_operation, data))


def _object(data: JSON) -> bool:
    return data.__class__ is dict


def _anything(_: JSON) -> bool:
    return True


def _text(data: JSON) -> bool:
    return data.__class__ is str


def _call(data: JSON) -> bool:
    return data.__class__ is dict and data.get("type").__class__ is str


def _announcement(data: JSON) -> bool:
    return _call(data) and _object(data.get("metadata")) and "data" not in data["metadata"]


def _toast(data: JSON) -> bool:
    return _call(data) and data["type"] in _LEVELS and _text(data.get("message"))


def _download(data: JSON) -> bool:
    if data.__class__ is not dict or not _text(data.get("filename")):
        return False
    content = data.get("data")
    return content.__class__ is str and _BASE64.fullmatch(content) is not None


def _identity(data: JSON) -> bool:
    if data.__class__ is not dict:
        return False
    return all(_text(data.get(name)) and data[name] for name in ("user", "session"))


def _hello(data: JSON) -> bool:
    names = data.get("extensions") if data.__class__ is dict else None
    if names.__class__ is not list:
        return False
    return all(_text(name) and name for name in names) and len(set(names)) == len(names)


_SOUND: dict[str, Callable[[JSON], bool]] = {
    "_SET": _object,
    "_GET": _anything,
    "_PATCH": _patch,
    "_ACTION": _call,
    "_TASK_START": _call,
    "_TASK_CANCEL": _call,
    "_BIN_META": _announcement,
    "_TOAST": _toast,
    "_DOWNLOAD": _download,
    "_DISCONNECT": _text,
    "_REQUEST_USER_SESSION": _anything,
    "_USER_SESSION": _identity,
    "_HELLO": _hello,
}

SHAPES = {
    name: Shape(
        name,
        keyed="pattern" in schemas()[schema]["properties"]["type"],
        senders=frozenset(schemas()[schema]["x-senders"]),
        sound=_SOUND[name],
    )
    for name, schema in SCHEMA_BY_NAME.items()
}
"""The protocol's own events, by name."""
