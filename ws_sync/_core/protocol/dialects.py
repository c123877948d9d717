"""Dialects: patches of known clients that break the rules, read as meant (patch-dialects).

Each dialect is off until the application enables it by name, because such a patch is refused or
means something else if it is read strictly (patch-dialects-off). A patch is first translated into
one that obeys the rules. Whatever is in no dialect is not changed, and is then read strictly. In
doubt the strict meaning wins: an existing attribute is never taken for a part of the name of
another attribute.

    slash-root      the path "/": the whole document
    missing-value   `replace` and `add` without a value: null
    array-length    `replace` of …/length of an array by a smaller number: remove the rest
    unescaped       a first token that is not escaped, if an attribute has that name
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ws_sync._core.json.codec import JSON
from ws_sync._core.json.patch import MAX_OPERATIONS, Draft, Operation
from ws_sync._core.json.pointer import escape, index, join, parse
from ws_sync.exceptions import Refused

SLASH_ROOT = "slash-root"
MISSING_VALUE = "missing-value"
ARRAY_LENGTH = "array-length"
UNESCAPED = "unescaped"

DIALECTS = frozenset({SLASH_ROOT, MISSING_VALUE, ARRAY_LENGTH, UNESCAPED})

STRICT: frozenset[str] = frozenset()
"""No dialect. One object for all sessions, because even an empty set takes memory."""

_LENGTH = "/length"


def parse_dialects(dialects: str | Iterable[str]) -> frozenset[str]:
    """Return a set of dialects, given one name or several.

    Raises:
        ValueError: a name is unknown.
    """
    if not dialects:
        return STRICT
    names = frozenset({dialects} if isinstance(dialects, str) else dialects)
    if unknown := names - DIALECTS:
        known = ", ".join(sorted(DIALECTS))
        raise ValueError(f"unknown dialect {min(unknown)!r}; choose from {known}")
    return names


def translate(
    patch: JSON, dialects: frozenset[str], attributes: Mapping[str, Callable[[], JSON]]
) -> JSON:
    """Return the patch that was meant.

    Args:
        patch: the patch of the client. It is not changed.
        dialects: the enabled dialects.
        attributes: functions that return the values of attributes, by their names on the wire.
    """
    if type(patch) is not list or len(patch) > MAX_OPERATIONS:
        return patch
    arrays = _Arrays(attributes)
    meant: list[JSON] = []
    for operation in patch:
        if type(operation) is not dict:
            return patch
        operation = _read(operation, dialects, attributes)
        if ARRAY_LENGTH in dialects and _may_shorten(operation):
            meant += arrays.shorten(operation, meant)
        else:
            meant.append(operation)
        if len(meant) > MAX_OPERATIONS:
            return patch
    return meant


class _Arrays:
    """The document between the operations, computed only if it is needed."""

    def __init__(self, attributes: Mapping[str, Callable[[], JSON]]) -> None:
        self._attributes = attributes
        self._draft: Draft | None = None
        self._applied = 0

    def shorten(self, operation: Operation, before: list[JSON]) -> list[JSON]:
        """Return the operations that shorten an array, if there is a longer one."""
        try:
            place = parse(operation["path"].removesuffix(_LENGTH))
            array = self._find(place, before)
        except (Refused, LookupError, TypeError):
            return [operation]  # read strictly, it is refused with a reason
        length = operation["value"]
        if type(array) is not list or not 0 <= len(array) - length <= MAX_OPERATIONS:
            return [operation]
        removed = range(len(array) - 1, length - 1, -1)
        return [{"op": "remove", "path": join(*place, str(position))} for position in removed]

    def _find(self, place: tuple[str, ...], before: list[JSON]) -> JSON:
        if self._draft is None:
            self._draft = Draft({name: read() for name, read in self._attributes.items()})
        self._draft.apply(before[self._applied :])
        self._applied = len(before)
        value = self._draft.document
        for token in place:
            value = value[index(token, len(value)) if type(value) is list else token]
        return value


def _read(
    operation: Operation, dialects: frozenset[str], attributes: Mapping[str, object]
) -> Operation:
    """Return an operation with the pointers and the value that were meant."""
    meant = dict(operation)
    if UNESCAPED in dialects:
        for member in ("path", "from"):
            if type(pointer := meant.get(member)) is str:
                meant[member] = _escaped(pointer, attributes)
    if SLASH_ROOT in dialects and meant.get("path") == "/" and "" not in attributes:
        meant["path"] = ""
    if MISSING_VALUE in dialects and meant.get("op") in ("add", "replace"):
        meant.setdefault("value", None)
    return meant


def _escaped(pointer: str, attributes: Mapping[str, object]) -> str:
    try:
        tokens = parse(pointer)
    except Refused:
        tokens = ()
    if not pointer.startswith("/") or (tokens and tokens[0] in attributes):
        return pointer
    path = pointer[1:]
    fitting = [name for name in attributes if path == name or path.startswith(f"{name}/")]
    if not fitting:
        return pointer
    name = max(fitting, key=len)
    return f"/{escape(name)}{path.removeprefix(name)}"


def _may_shorten(operation: Operation) -> bool:
    path, value = operation.get("path"), operation.get("value")
    is_length = type(path) is str and path.endswith(_LENGTH)
    return operation.get("op") == "replace" and is_length and type(value) is int and value >= 0
