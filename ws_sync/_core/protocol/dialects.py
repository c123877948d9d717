"""Patches of known clients that break the rules, read as they were meant (patch-dialects).

Each dialect is off until the application turns it on by its name, because read strictly such a
patch is refused or means something else (patch-dialects-off). A patch is translated into one that
keeps the rules before anything else looks at it; what is in no dialect stays as it is, for the
strict reading to judge. In doubt the strict meaning wins: an attribute that is there is never
taken for a part of another one's name.

    slash-root      the path "/": the whole document
    missing-value   `replace` and `add` without a value: null
    array-length    `replace` of …/length of an array by a smaller number: the rest is removed
    unescaped       a first token that is not escaped, where an attribute has that name
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
"""None of them. One for all, because an empty set takes as much memory as one with members."""

_LENGTH = "/length"


def parse_dialects(dialects: str | Iterable[str]) -> frozenset[str]:
    """Return dialects by their names, one or several.

    Raises:
        ValueError: there is none of that name.
    """
    if not dialects:
        return STRICT
    names = frozenset({dialects} if isinstance(dialects, str) else dialects)
    if unknown := names - DIALECTS:
        known = ", ".join(sorted(DIALECTS))
        raise ValueError(f"no dialect is called {min(unknown)!r}; there are {known}")
    return names


def translate(
    patch: JSON, dialects: frozenset[str], attributes: Mapping[str, Callable[[], JSON]]
) -> JSON:
    """Return the patch that was meant.

    Args:
        patch: what the client has sent, which stays as it is.
        dialects: those that are turned on.
        attributes: return the values of the document's attributes, by their names on the wire.
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
    """The document as it is between the operations; it is made only if it is needed."""

    def __init__(self, attributes: Mapping[str, Callable[[], JSON]]) -> None:
        self._attributes = attributes
        self._draft: Draft | None = None
        self._applied = 0

    def shorten(self, operation: Operation, before: list[JSON]) -> list[JSON]:
        """Return the operations that shorten an array, if one is there that is longer."""
        try:
            place = parse(operation["path"].removesuffix(_LENGTH))
            array = self._find(place, before)
        except (Refused, LookupError, TypeError):
            return [operation]  # the strict reading says what is wrong
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
