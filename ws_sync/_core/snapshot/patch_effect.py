"""The effect of a peer's patch: whether a value has changed by exactly this patch.

Only operations are compared, and values at their paths. So the cost depends on the size of the
patch, and not on that of the document. False means that it is not certain.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol, TypeAlias

import orjson

from ws_sync._core.json.codec import JSON
from ws_sync._core.json.diff import Operation
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply
from ws_sync._core.json.pointer import parse
from ws_sync.exceptions import RefusedPatch

Tokens: TypeAlias = tuple[str, ...]


class AppliedPatch(Protocol):
    """The effect of a patch of the peer on the attributes.

    Attributes:
        touched: names of the attributes that it reads or writes.
    """

    touched: set[str]

    def container(self, wire: str) -> object:
        """Return the tracked container of an attribute, if that is changed in place."""


class View(Protocol):
    """The present value of an attribute that a patch has changed inside."""

    def reach(self, place: Tokens) -> Tokens:
        """Return the deepest place on the way to a place whose value can be read alone.

        Raises:
            LookupError: there is none.
        """

    def read(self, place: Tokens, length: int) -> object:
        """Return a member as it goes out: JSON, or objects that the encoder converts.

        Args:
            place: a path that `reach` has returned.
            length: the number of members that what contains it should have.

        Raises:
            LookupError: it is not there, or there is another number of members.
        """


_MOVES = frozenset({"move", "copy"})


def any_moves(patch: list[Operation]) -> bool:
    """Return whether an operation reads a value at another place."""
    return any(each["op"] in _MOVES for each in patch)


def places_of(operation: Operation) -> list[Tokens]:
    """Return the places that an operation reads or writes; `from` means one only to some."""
    paths = [operation["path"], *([operation["from"]] if operation["op"] in _MOVES else [])]
    return list(map(parse, paths))


def operations_by_name(patch: list[Operation]) -> dict[str, list[Operation]] | None:
    """Return the operations in each attribute; None if any is not in a single attribute.

    Args:
        patch: a patch that was applied.
    """
    found: dict[str, list[Operation]] = {}
    for each in patch:
        names = {place[:1] for place in places_of(each)}
        if len(names) > 1 or () in names:
            return None
        found.setdefault(names.pop()[0], []).append(each)
    return found


def is_effect(changes: list[bytes], patch: list[Operation], document: JSON) -> bool:
    """Return whether changes are certainly the effect of a patch.

    They are if they are the same operations. They are too if the patch replaces values at different
    places, these places have the new values, and nothing outside of them has changed.

    Args:
        changes: texts of the operations that turn the older document into the present one.
        patch: operations that were applied to the older document: `add`, `remove` and `replace`.
        document: the present document.
    """
    found: list[Operation] = [orjson.loads(each) for each in changes]
    if equal(found, patch) or _is_append(found, patch, document):
        return True
    places = [parse(each["path"]) for each in patch]
    if any(each["op"] != "replace" for each in patch) or _overlap(places):
        return False
    if not all(_is_inside(each, places) for each in found):
        return False
    try:
        apply(document, [{**each, "op": "test"} for each in patch])
    except RefusedPatch:
        return False
    return True


def _is_append(found: list[Operation], patch: list[Operation], document: JSON) -> bool:
    """Return whether the only operation of both adds the same last element to the same array."""
    if len(found) != 1 or len(patch) != 1 or not patch[0]["path"].endswith("/-"):
        return False
    path = patch[0]["path"].removesuffix("-")
    value = document
    for token in parse(path)[:-1]:
        value = value[token] if isinstance(value, dict) else value[int(token)]
    return equal(found, [{**patch[0], "path": f"{path}{len(value) - 1}"}])


def _overlap(places: list[Tokens]) -> bool:
    """Return whether one of the places is in another one. Both are next to each other in order."""
    ordered = sorted(places)
    return any(after[: len(before)] == before for before, after in pairwise(ordered))


def _is_inside(operation: Operation, places: list[Tokens]) -> bool:
    """Return whether an operation changes only values at or in these places."""
    path = parse(operation["path"])
    return any(
        path[: len(place)] == place and (path != place or operation["op"] == "replace")
        for place in places
    )
