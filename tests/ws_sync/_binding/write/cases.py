"""Classes, live objects and writes, drawn at random; and the judgement of a write."""

from __future__ import annotations

import json
from typing import Any

from tests.ws_sync._binding.write.choices import Choices
from tests.ws_sync._binding.write.containers import Fixed, Many, Named, Root, Tracked, Unordered
from tests.ws_sync._binding.write.objects import SETTER, Obj
from tests.ws_sync._binding.write.oracle import (
    Changed,
    Finding,
    Node,
    Patch,
    Walk,
    identical,
    patched,
    verify,
)
from tests.ws_sync._binding.write.shapes import ANYTHING, JSON, Maybe, Scalar, Shape, Union, Wrong
from ws_sync import SyncedDict, SyncedList
from ws_sync._binding.attribute_types import attribute_of
from ws_sync._binding.write.schemas import as_json
from ws_sync._binding.write.write import Write, state_patch
from ws_sync.exceptions import Refused

ROOTS = ["plain", "model", "dataclass", "assigning", "masking", "slots", "pydantic dataclass"]
INNER = ["model", "dataclass", "base", "frozen", "typed dict", "loose dict", "pydantic dataclass",
         "frozen dataclass", "slots", "allow", "ignore", "forbid", "generic", "masking",
         "assigning"]  # fmt: skip
LEAVES = [
    "int",
    "str",
    "secret",
    "masked",
    "positive",
    "short",
    "colour",
    "day",
    "rounded",
    "joined",
]
JUNK: list[JSON] = [
    0, -3, 7, 13, "", "z", "long text", None, [], {}, [1], {"a": 1}, {"h": 5}, "red",
    "2026-01-02", "**",
]  # fmt: skip
NAMES = ["h", "_p", "zz", "c", "more", "x", "e"]


class Classes:
    """Draws shapes; those of objects are reused, so that objects can move between places."""

    def __init__(self, draw: Choices) -> None:
        self.draw = draw
        self._known: list[Shape] = []

    def root(self) -> Obj:
        """Return the class of a synced object."""
        return self.object(self.draw.pick(ROOTS), 3)

    def object(self, kind: str, depth: int, tag: str | None = None, names: str = "xyz") -> Obj:
        """Return a class with one to three members; a union of objects is told apart by `tag`."""
        draw = self.draw
        names = names[: 1 + draw.below(3)]
        fields = {name: self.shape(depth - 1) for name in names}
        if kind == "masking":  # its serialiser gives only simple values as their types do
            fields = {name: Scalar(draw.pick(["int", "str", "positive"])) for name in names}
        if kind == "allow":  # a typed dict inside would have extra members too
            fields = {n: Scalar("int") if " dict(" in f.text() else f for n, f in fields.items()}
        if tag is not None:
            fields = {"kind": Scalar(tag), **fields}
        checking = {"model", "dataclass", "slots", "frozen", "allow", "pydantic dataclass"}
        if depth == 3:
            checking = {"model"}  # `__post_init__` of the synced object itself does not run again
        if kind in checking and draw.one_in(6):
            fields[names[0]] = Scalar("lucky")
        if kind == "plain" and draw.one_in(3):
            fields[names[-1]] = SETTER if draw.one_in(2) else ANYTHING
        fixed = {names[0]} if kind in ("model", "base", "allow") and draw.one_in(4) else set()
        has_default = kind in ("model", "dataclass", "frozen") and draw.one_in(3)
        defaults = {n for n in names[1:] if has_default and fields[n].text() in LEAVES[:-1]}
        wires = {name: name for name in fields}
        if kind in ("model", "base", "frozen", "masking") and draw.one_in(4):
            wires[names[0]] = f"{names[0]}Wire"
        hiding = kind in ("model", "frozen", "pydantic dataclass") and depth < 3
        return Obj(
            kind, fields, fixed, defaults, wires, needs_hidden=hiding and draw.one_in(4),
            computed=kind in ("model", "frozen", "plain") and draw.one_in(4),
        )  # fmt: skip

    def shape(self, depth: int) -> Shape:
        """Return the type of a member or an element."""
        draw = self.draw
        kind = draw.below(12) if depth > 0 else 0
        if kind < 3:
            return Scalar(draw.pick(LEAVES))
        if kind < 5 and self._known:
            return draw.pick(self._known)
        if kind < 7:
            found: Shape = self.object(draw.pick(INNER), depth)
            self._known.append(found)
            return found
        if kind < 9:
            kinds = ["list", "list", "list", "synced", "deque", "tuple", "few", "sequence"]
            kind_of, item = draw.pick(kinds), self.shape(depth - 1)
            if "sequence" in item.text():  # pydantic does not know subclasses of list in it
                kind_of = kind_of.replace("synced", "list")
            return Many(kind_of, item)
        if kind == 9:
            kinds = ["dict", "dict", "synced", "mapping", "ordered", "default", "numbered"]
            kind_of, item = draw.pick(kinds), self.shape(depth - 1)
            if hasattr(item.annotation, "__metadata__"):
                kind_of = kind_of.replace("default", "dict")
            if "sequence" in item.text():
                kind_of = kind_of.replace("synced", "dict")
            return Named(kind_of, item)
        return self.rare(depth)

    def rare(self, depth: int) -> Shape:
        """Return one of the rarer types."""
        draw = self.draw
        match draw.below(9):
            case 0:
                return Unordered(draw.pick([set, frozenset]), Scalar(draw.pick(["int", "str"])))
            case 1 | 2:
                items = [self.shape(depth - 1) for _ in range(1 + draw.below(2))]
                return Fixed(items, named=draw.one_in(2))
            case 3:
                inner = self.shape(depth - 1)
                return inner if isinstance(inner, Maybe | Union) else Maybe(inner)
            case 4:
                inner = Many("list", self.shape(depth - 1))
                return Root(inner if draw.one_in(2) else Named("dict", inner.item))
            case 5:
                return Tracked(draw.pick([SyncedList, SyncedDict]))
            case 6:
                return self.union(depth, tagged=True)
            case 7:
                return self.union(depth, tagged=False)
        return ANYTHING

    def union(self, depth: int, tagged: bool) -> Shape:
        """Return one of two classes, or a scalar, a list or an object."""
        draw = self.draw
        kinds = ["model", "frozen", "dataclass", "allow"] if tagged else ["model", "dataclass"]
        first = self.object(draw.pick(kinds), depth - 1, "a" if tagged else None)
        if tagged:
            second = self.object(draw.pick(kinds), depth - 1, "b")
            return Union([first, second], "kind" if draw.one_in(2) else None)
        if draw.one_in(2):
            return Union([first, self.object(draw.pick(kinds), depth - 1, names="uvw")])
        return Union([Scalar("int"), first, Many("list", Scalar("str"))])


class Case:
    """A write into an object of a drawn class.

    Attributes:
        owner: the class.
        live: the object.
        patch: the patch of the client.
        state: the state of the client, instead of a patch.
    """

    def __init__(self, owner: Obj, draw: Choices) -> None:
        self.owner, self.live = owner, owner.sample(draw)
        self.before = Node(owner, self.live)
        self.state: dict[str, JSON] | None = None
        self.patch: Patch = []
        if draw.one_in(6):
            self.state = self._draw_state(draw)
            return
        for _ in range(1 + draw.below(3) * draw.below(2)):
            self.patch += self._draw_operation(draw)

    def __repr__(self) -> str:
        what = self.patch if self.state is None else self.state
        return f"{self.owner.text()}\n{json.dumps(self.before.json)}\nwrite {json.dumps(what)}"

    def _draw_state(self, draw: Choices) -> dict[str, JSON]:
        found = {}
        for name, part in self.before.parts.items():
            if not self.owner.is_fixed(name) and not draw.one_in(3):
                found[name] = _value_for(draw, part, part)
        return found

    def _draw_operation(self, draw: Choices) -> Patch:
        path, node, _ = self._draw_place(draw)
        op = draw.pick(["replace", "replace", "replace", "add", "remove", "move", "move", "copy",
                        "again", "test"])  # fmt: skip
        if op in ("move", "copy"):
            origin, moved, parent = self._draw_place(draw)
            found = [{"op": op, "from": origin, "path": path}]
            if op == "move" and draw.one_in(4):  # and what it leaves looks as before
                found.append({"op": "add", "path": origin, "value": moved.json})
            elif op == "move" and draw.one_in(4) and (outer := origin.rpartition("/")[0]):
                found.append({"op": "replace", "path": outer, "value": parent.json})
            return found
        if op == "remove":
            return [{"op": op, "path": path}]
        if op == "again":
            other = self._draw_place(draw)[0] if draw.one_in(2) else path.rpartition("/")[0] + "/-"
            return [
                {"op": "remove", "path": path},
                {"op": "add", "path": other, "value": node.json},
            ]
        if op == "test":
            return [
                {"op": op, "path": path, "value": node.json if draw.below(4) else draw.pick(JUNK)}
            ]
        if op == "add" and draw.one_in(2):
            path = path.rpartition("/")[0] + f"/{draw.pick(['-', '0', *NAMES])}"
        return [{"op": op, "path": path, "value": _value_for(draw, node, self.before)}]

    def _draw_place(self, draw: Choices) -> tuple[str, Node, Node]:
        node = parent = self.before
        path = ""
        while node.parts and not (path and draw.one_in(3)):
            parent = node
            key = draw.pick(
                [*node.parts] if isinstance(node.parts, dict) else range(len(node.parts))
            )
            path, node = f"{path}/{key}", node.parts[key]
        if draw.one_in(25):
            path += f"/{draw.pick(NAMES)}"
        return path, node, parent


def _value_for(draw: Choices, node: Node, root: Node) -> JSON:
    """Return a new value for a place: a legal one, the old one with a difference, or any other."""
    kind = draw.below(8)
    if kind < 2:
        return _json(node.place.sample(draw), node.place)
    if kind < 6:
        return _altered(draw, node.json, node.place)
    if kind == 6:
        other = root
        while other.parts and not draw.one_in(4):
            other = draw.pick(
                [*other.parts.values()] if isinstance(other.parts, dict) else other.parts
            )
        return other.json
    return draw.pick(JUNK)


def _json(live: Any, place: Shape) -> JSON:
    return place.resolve(live).dump(live)


def _altered(draw: Choices, value: JSON, place: Shape) -> JSON:
    """Return a value with some differences, at any depth."""
    if isinstance(value, list):
        return _altered_array(draw, [*value], place)
    if isinstance(value, dict):
        found = dict(value)
        name = draw.pick([*value, draw.pick(NAMES)])
        kind = draw.below(6)
        inner = _inner(place, name)
        if kind == 0:
            found.pop(name, None)
        elif kind < 4 and name in found:
            found[name] = _altered(draw, found[name], inner)
        else:
            found[name] = _new(draw, inner)
        return found
    return _new(draw, place)


def _altered_array(draw: Choices, value: list[JSON], place: Shape) -> list[JSON]:
    for _ in range(1 + draw.below(3)):
        position = draw.below(len(value) + 1)
        inner = _inner(place, 0)
        match draw.below(7):
            case 0:
                del value[position : position + 1]
            case 1:
                value.insert(position, _new(draw, inner))
            case 2:
                value = [*reversed(value)]
            case 3:
                value = value[position:] + value[:position]
            case 4 if position < len(value):
                value.insert(draw.below(len(value)), value[position])
            case _ if position < len(value):
                value[position] = _altered(draw, value[position], inner)
    return value


def _inner(place: Shape, name: Any) -> Shape:
    try:
        return place.place(name)
    except Wrong:
        return ANYTHING


def _new(draw: Choices, place: Shape) -> JSON:
    if draw.one_in(8):
        return draw.pick(JUNK)
    try:
        return _json(place.sample(draw), place)
    except NotImplementedError:
        return draw.pick(JUNK)


def judge(case: Case) -> None:
    """Write, and compare the result with what the rule says.

    Raises:
        Finding: it differs.
    """
    live, before = case.live, case.before
    names = {**{wire: name for name, wire in case.owner.wires.items()},
             **({"c": "c"} if case.owner.computed else {})}  # fmt: skip
    attributes = {wire: attribute_of(live, name, wire) for wire, name in names.items()}
    patch = case.patch
    if case.state is not None:
        patch = [{"op": "replace", "path": f"/{n}", "value": v} for n, v in case.state.items()]
    expected = wrong = None
    try:
        after = before.copy()
        patched(after, patch)
        expected = Walk(after).expected()
    except Wrong as error:
        wrong = error
    sent = json.loads(json.dumps(patch))
    try:
        write = Write(
            attributes, sent if case.state is None else state_patch(attributes, case.state)
        )
        write.commit()
    except Refused as error:
        identical(before, live)
        if wrong is None:
            raise Finding(f"refused: {error}") from error
        return
    if expected is None:
        raise Finding(f"accepted, although {wrong}: {json.dumps(case.owner.dump(live))}")
    verify(Changed(before, expected), live)
    goes_out = {wire: as_json(each.plain()) for wire, each in attributes.items()}
    if goes_out != case.owner.dump(live):
        raise Finding(f"what goes out is {goes_out!r} and not {case.owner.dump(live)!r}")
    write.undo()
    identical(before, live)
