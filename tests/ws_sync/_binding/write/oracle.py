"""The result of a client's write, by a plain walk that knows one rule; nothing of `ws_sync`.

The rule: what the client names changes, and nothing else. The live objects are recorded as a tree,
with their JSON, their identities and what does not go out. The patch is applied to a copy of the
tree. Then each position says what must be there: an object as it was, one of which some parts have
changed, or a value that is made from this JSON; or the write has to be refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, TypeAlias

from tests.ws_sync._binding.write.containers import Fixed
from tests.ws_sync._binding.write.objects import Obj, Setter
from tests.ws_sync._binding.write.shapes import JSON, Shape, Union, Wrong
from ws_sync import SyncedDict, SyncedList

Patch: TypeAlias = list[dict[str, Any]]


class Finding(AssertionError):
    """A write had another result than the rule says."""


class Node:
    """A live value as it was recorded.

    Attributes:
        place: the type of its place.
        shape: what it is.
        live: the value.
        json: what goes out.
        parts: the nodes of elements or members; after a patch also JSON, for new values.
        hidden: what does not go out.
        origin: the node that was recorded; other nodes are copies for the patch.
        is_moved: whether the patch has taken it from its place.
    """

    __slots__ = ("hidden", "is_moved", "json", "live", "origin", "parts", "place", "shape", "trace")

    def __init__(self, place: Shape, live: Any) -> None:
        self.place, self.live = place, live
        shape = self.shape = place.resolve(live)
        parts = shape.parts(live)
        self.hidden, self.trace = shape.hidden(live), shape.trace(live)
        self.origin, self.is_moved = self, False
        self.parts: Any = None
        if isinstance(parts, list):
            self.parts = [Node(*each) for each in parts]
            self.json: JSON = [each.json for each in self.parts]
        elif parts is not None:
            self.parts = {name: Node(*each) for name, each in parts.items()}
            self.json = {name: each.json for name, each in self.parts.items()}
        else:
            self.json = shape.dump(live)

    def copy(self) -> Node:
        """Return a node whose parts may be changed."""
        copy = object.__new__(Node)
        copy.place, copy.shape, copy.live, copy.json = self.place, self.shape, self.live, self.json
        copy.hidden, copy.trace, copy.origin, copy.is_moved = self.hidden, self.trace, self, False
        copy.parts = None
        if isinstance(self.parts, list):
            copy.parts = [each.copy() for each in self.parts]
        elif self.parts is not None:
            copy.parts = {name: each.copy() for name, each in self.parts.items()}
        return copy


def text(value: JSON) -> str:
    """Return JSON as text, in which equal values are equal."""
    return json.dumps(value, sort_keys=True)


def json_of(value: Any) -> JSON:
    """Return the JSON of a node or of a new value."""
    if isinstance(value, Node):
        return value.json if value.parts is None else json_of(value.parts)
    if isinstance(value, list):
        return [json_of(each) for each in value]
    return {n: json_of(v) for n, v in value.items()} if isinstance(value, dict) else value


def parts_of(value: Any) -> Any:
    """Return the elements or members of a node or of a new value."""
    found = value.parts if isinstance(value, Node) else value
    if not isinstance(found, list | dict):
        raise Wrong("it has no parts")
    return found


def position_of(token: str) -> int:
    """Return an index of an array."""
    if not token.isdecimal() or (token != "0" and token.startswith("0")):
        raise Wrong(f"no index {token}")
    return int(token)


def find(document: Any, path: list[str]) -> Any:
    """Return what a path leads to."""
    for token in path:
        parts = parts_of(document)
        try:
            document = parts[position_of(token)] if isinstance(parts, list) else parts[token]
        except LookupError:
            raise Wrong(f"no {token}") from None
    return document


def take(document: Any, path: list[str]) -> Any:
    """Remove and return what a path leads to."""
    found = find(document, path)
    parts = parts_of(find(document, path[:-1]))
    del parts[position_of(path[-1]) if isinstance(parts, list) else path[-1]]
    return found


def put(document: Any, path: list[str], value: Any) -> None:
    """Insert a value, or set a member."""
    parts = parts_of(find(document, path[:-1]))
    if isinstance(parts, dict):
        parts[path[-1]] = value
        return
    position = len(parts) if path[-1] == "-" else position_of(path[-1])
    if position > len(parts):
        raise Wrong("out of range")
    parts.insert(position, value)


def _move(document: Node, origin: list[str], path: list[str]) -> None:
    if path[: len(origin)] == origin and len(path) > len(origin):
        raise Wrong("into itself")
    if path == origin:
        find(document, origin)
        return
    moved = take(document, origin)
    if isinstance(moved, Node):
        moved.is_moved = True
    put(document, path, moved)


def patched(document: Node, patch: Patch) -> None:
    """Apply a patch (RFC 6902) to a tree."""
    for each in patch:
        path, name = each["path"].split("/")[1:], each["op"]
        if name == "test":
            if text(json_of(find(document, path))) != text(each["value"]):
                raise Wrong("test")
        elif name == "remove":
            take(document, path)
        elif name == "move":
            _move(document, each["from"].split("/")[1:], path)
        elif name == "replace":
            find(document, path)
            parts = parts_of(find(document, path[:-1]))
            key = position_of(path[-1]) if isinstance(parts, list) else path[-1]
            parts[key] = json.loads(json.dumps(each["value"]))
        else:
            value = each.get("value")
            if name == "copy":
                value = json_of(find(document, each["from"].split("/")[1:]))
            put(document, path, json.loads(json.dumps(value)))


@dataclass
class Same:
    """What must be at a position: a value as it was."""

    node: Node


@dataclass
class Changed:
    """What must be at a position: a value of which parts were changed."""

    node: Node
    parts: Any


@dataclass
class Made:
    """What must be at a position: a value that is made from JSON; or None, for no value."""

    place: Shape
    json: JSON


@dataclass
class Shown:
    """What must be at a position: a value that goes out as this JSON."""

    place: Shape
    json: JSON


Expected: TypeAlias = Same | Changed | Made | Shown


class Walk:
    """Says for each position what must be there after a patch."""

    def __init__(self, after: Node) -> None:
        self._after = after
        self._placed: set[int] = set()  # ids of recorded nodes that were moved to some place
        self._collect(after)

    def expected(self) -> dict[str, Expected]:
        """Return what each attribute must have.

        Raises:
            Wrong: the write has to be refused.
        """
        before = self._after.origin
        if self._after.parts.keys() != before.parts.keys():
            raise Wrong("other attributes")
        return self._members(before, self._after.parts)

    def _collect(self, value: Any) -> None:
        if isinstance(value, Node):
            if value.is_moved and (value.parts is not None or isinstance(value.live, list)):
                self._placed.add(id(value.origin))  # other values may be in two places
            value = value.parts
        for each in value.values() if isinstance(value, dict) else value or ():
            if isinstance(each, Node | list | dict):
                self._collect(each)

    def _has_lost(self, node: Node) -> bool:
        """Return whether a part of a value is in another place now."""
        parts = node.parts.values() if isinstance(node.parts, dict) else node.parts or ()
        return any(id(each) in self._placed or self._has_lost(each) for each in parts)

    def _position(self, place: Shape, old: Node | None, after: Any, inside: bool) -> Expected:
        """Return what a position must have; `inside` says whether it is in a container."""
        if isinstance(place, Setter):
            return self._setter(place, old, after)
        if isinstance(after, Node) and (after.origin is old or same_type(after.place, place)):
            return self._kept(after)
        value = json_of(after)
        if old is None or id(old) in self._placed:
            return self._made(place, value)
        if text(value) == text(old.json) and not self._has_lost(old):
            return Same(old)
        if (
            inside
            and isinstance(old.shape, Obj)
            and old.shape.key(value) != old.shape.key(old.json)
        ):
            return self._made(place, value)
        if _is_editable(place, old, value):
            return self._changed(old, _without_derived(old, value))
        return self._made(place, value)

    def _setter(self, place: Shape, old: Node | None, after: Any) -> Expected:
        value = json_of(after)
        assert old is not None  # an attribute
        is_whole = id(old) not in self._placed and not self._has_lost(old)
        if is_whole and text(value) == text(old.json):
            return Same(old)
        place.check(value)
        return Shown(place, value)

    def _made(self, place: Shape, value: JSON) -> Expected:
        place.check(value)
        return Made(place, value)

    def _kept(self, node: Node) -> Expected:
        return Same(node.origin) if node.parts is None else self._changed(node.origin, node.parts)

    def _changed(self, before: Node, after: Any) -> Expected:
        if isinstance(after, list):
            elements = self._elements(before, after)
            if not before.shape.is_ordered and _are_same(elements, before.parts):
                return Same(before)
            if _is_same([*elements], before.parts):
                return Same(before)
            before.shape.check_size(len(elements))
            return Changed(before, elements)
        members = self._members(before, after)
        is_same = _is_same([*members.values()], [before.parts.get(name) for name in members])
        if is_same and members.keys() == before.parts.keys():
            return Same(before)
        return Changed(before, members)

    def _members(self, before: Node, after: dict[str, Any]) -> dict[str, Expected]:
        shape = before.shape
        found: dict[str, Expected] = {}
        for name, old in before.parts.items():
            if name not in after:
                if isinstance(shape, Obj):
                    shape.check_remove(name)
                    if (default := shape.default(name)) is not None:
                        found[name] = Shown(shape.place(name), default)
                continue
            found[name] = self._member(shape, name, old, after[name])
        for name, new in after.items():
            if name not in before.parts:
                if isinstance(shape, Obj):
                    shape.check_add(name)
                found[name] = self._position(shape.place(name), None, new, True)
        return found

    def _member(self, shape: Shape, name: str, old: Node, new: Any) -> Expected:
        is_fixed = isinstance(shape, Obj) and shape.is_fixed(name)
        if is_fixed:  # it keeps its value where the same goes out
            is_back = isinstance(new, Node) and new.origin is old
            is_whole = (is_back or id(old) not in self._placed) and not self._has_lost(old)
            if is_whole and text(json_of(new)) == text(old.json):
                return Same(old)
            raise Wrong(f"{name!r} can't be written")
        return self._position(shape.place(name), old, new, not isinstance(shape, Obj))

    def _elements(self, before: Node, after: list[Any]) -> list[Expected]:
        pairs = self.pairs(before, after)
        found = []
        for number, each in enumerate(after):
            old = each.origin if _is_in_place(each) else None
            if old and isinstance(before.shape, Fixed) and before.parts.index(old) != number:
                old = None  # each position has its own type
            place = before.shape.place(number)
            found.append(self._position(place, old or pairs.get(number), each, True))
        return found

    def pairs(self, before: Node, after: list[Any]) -> dict[int, Node]:
        """Return which new elements of an array are old ones.

        The k-th of several equal new elements is the k-th equal one of those that are not in place
        any more. The same holds for those with the same frozen members. The others are compared
        one by one, from the left, between the elements that kept their order. A tuple of a fixed
        length is compared by position.
        """
        if isinstance(before.shape, Fixed):
            new = [n for n, each in enumerate(after) if not isinstance(each, Node)]
            gone = self._placed | {id(each.origin) for each in after if isinstance(each, Node)}
            known = dict(enumerate(before.parts))
            return {n: known[n] for n in new if n in known and id(known[n]) not in gone}
        stays = {id(e.origin): n for n, e in enumerate(after) if _is_in_place(e)}
        old = [n for n, each in enumerate(before.parts)
               if id(each) not in stays and id(each) not in self._placed]  # fmt: skip
        new = [n for n, each in enumerate(after) if not isinstance(each, Node)]
        found: dict[int, int] = {}
        _take_pairs(
            found, old, new, lambda o, n: text(before.parts[o].json) == text(json_of(after[n]))
        )
        _take_pairs(found, old, new, lambda o, n: _has_key(before.parts[o], json_of(after[n])))
        anchors = [(n, stays[id(each)]) for n, each in enumerate(before.parts) if id(each) in stays]
        for start, stop in _ranges(anchors, len(before.parts), len(after)):
            between = sorted((o, n) for n, o in found.items()
                             if start[0] < o < stop[0] and start[1] < n < stop[1])  # fmt: skip
            for low, high in _ranges(_longest_run(between), stop[0], stop[1], start):
                left = [n for n in old if low[0] < n < high[0]]
                added = [n for n in new if low[1] < n < high[1]]
                found |= dict(zip(added, left, strict=False))
        return {n: before.parts[o] for n, o in found.items()}


def _take_pairs(
    found: dict[int, int], old: list[int], new: list[int], fits: Callable[[int, int], bool]
) -> None:
    """Pair new elements with old ones that fit, and take both out of the lists."""
    for number in [*new]:
        fitting = next((each for each in old if fits(each, number)), None)
        if fitting is not None:
            found[number] = fitting
            old.remove(fitting)
            new.remove(number)


def _has_key(node: Node, value: JSON) -> bool:
    """Return whether an object has frozen members, and JSON the same ones."""
    if not isinstance(node.shape, Obj) or node.shape.key(value) is None:
        return False
    return text(node.shape.key(value)) == text(node.shape.key(node.json))


def _is_in_place(value: Any) -> bool:
    return isinstance(value, Node) and not value.is_moved


Pair: TypeAlias = tuple[int, int]


def _ranges(
    anchors: list[Pair], old: int, new: int, first: Pair = (-1, -1)
) -> list[tuple[Pair, Pair]]:
    ends = [first, *anchors, (old, new)]
    return [*pairwise(ends)]


def _longest_run(pairs: list[Pair]) -> list[Pair]:
    """Return the longest list of pairs that rises in both; of several, the first ones."""
    for size in range(len(pairs), 0, -1):
        runs = [run for run in combinations(pairs, size)
                if all(a[1] < b[1] for a, b in pairwise(run))]  # fmt: skip
        if runs:
            return [*min(runs, key=lambda run: [each[0] for each in reversed(run)])]
    return []


def same_type(one: Shape, other: Shape) -> bool:
    """Return whether a value of one place is a value of another as it is."""
    return one is other or bool(one.annotation == other.annotation)


def _without_derived(old: Node, value: JSON) -> JSON:
    """Return an object in which derived members are as they were; a whole object may omit them."""
    if not isinstance(old.shape, Obj) or not old.shape.computed:
        return value
    return {**value, "c": old.parts["c"].json}


def _is_same(expected: list[Expected], before: list[Node | None]) -> bool:
    return len(expected) == len(before) and all(
        isinstance(each, Same) and each.node is old
        for each, old in zip(expected, before, strict=True)
    )


def _are_same(expected: list[Expected], before: list[Node]) -> bool:
    """Return whether a set has the same elements."""
    return {text(_json_of(each)) for each in expected} == {text(each.json) for each in before}


def _is_editable(place: Shape, old: Node, value: JSON) -> bool:
    """Return whether parts of a live value may be written instead of the whole."""
    if old.parts is None or type(value) is not type(old.parts):
        return False
    shape = old.shape
    if isinstance(shape, Obj) and (shape.frozen or not shape.names_fit(value)):
        return False
    if not isinstance(place, Union):
        return True
    try:
        chosen = place.choose(value)
    except Wrong:  # a hidden member may come from the object
        return isinstance(shape, Obj)
    return chosen is shape or getattr(chosen, "child", None) is shape


def verify(expected: Expected, live: Any) -> None:
    """Check what is at a position after an accepted write.

    Raises:
        Finding: something else is there.
    """
    if isinstance(expected, Same):
        identical(expected.node, live)
    elif isinstance(expected, Changed):
        _verify_changed(expected.node, expected.parts, live)
    elif isinstance(expected, Shown):
        if text(expected.place.dump(live)) != text(expected.json):
            raise Finding(f"{expected.json!r} became {live!r}")
    else:
        try:
            expected.place.check_made(expected.json, live)
        except AssertionError as error:
            raise Finding(str(error)) from error


def _verify_changed(node: Node, parts: Any, live: Any) -> None:
    shape = node.shape
    is_copy = _is_tracked_copy(node, live)
    if shape.keeps_identity and live is not node.live and not is_copy:
        raise Finding(f"another object: {node.live!r} became {live!r}")
    if not is_copy and shape.hidden(live) != node.hidden:
        raise Finding(f"hidden {node.hidden!r} became {shape.hidden(live)!r}")
    now = shape.parts(live)
    if isinstance(parts, dict):
        kept = [[name for name in names if name in node.parts] for names in (now, parts)]
        if now.keys() != parts.keys() or (kept[0] != kept[1] and not isinstance(shape, Obj)):
            raise Finding(f"the members {[*parts]} became {[*now]}")
        for name, part in parts.items():
            verify(part, now[name][1])
    elif not shape.is_ordered:
        shape.check_made([_json_of(part) for part in parts], live)
    elif len(now) != len(parts):
        raise Finding(f"{len(now)} elements instead of {len(parts)}")
    else:
        for part, (_, value) in zip(parts, now, strict=True):
            verify(part, value)


def _json_of(expected: Expected) -> JSON:
    return expected.node.json if isinstance(expected, Same | Changed) else expected.json


def identical(node: Node, live: Any) -> None:
    """Check that a value is as it was recorded."""
    if live is not node.live and not _is_tracked_copy(node, live):
        raise Finding(f"{node.live!r} became {live!r}")
    shape = node.shape
    hidden = shape.hidden(live), shape.trace(live)
    if live is node.live and hidden != (node.hidden, node.trace):
        raise Finding(f"hidden {node.hidden!r} became {shape.hidden(live)!r}")
    now = shape.parts(live)
    if now is None:
        if shape.dump(live) != node.json:
            raise Finding(f"{node.json!r} became {shape.dump(live)!r}")
        return
    if len(now) != len(node.parts) or (isinstance(now, dict) and [*now] != [*node.parts]):
        raise Finding(f"{node.json!r} became {shape.dump(live)!r}")
    if not shape.is_ordered:
        if {*map(id, live)} != {id(each.live) for each in node.parts}:
            raise Finding(f"{node.json!r} became {shape.dump(live)!r}")
        return
    for key, old in node.parts.items() if isinstance(now, dict) else enumerate(node.parts):
        identical(old, now[key][1])


def _is_tracked_copy(node: Node, live: Any) -> bool:
    """Return whether a plain container was moved into a tracked one, which tracks its parts."""
    return (type(node.live), type(live)) in ((list, SyncedList), (dict, SyncedDict))
