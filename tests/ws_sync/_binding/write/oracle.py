"""Writes of a client into objects of drawn classes, judged by a walk that knows one rule.

The rule: what the client names changes, and nothing else. Before a write the live objects are
recorded as a tree, with their JSON, their identities and all that does not go out. The patch is
applied to that tree. Then each position says what must be there: the same object, or a value made
from this JSON; or that the write had to be refused. Nothing here is shared with `ws_sync`, except
the write itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.ws_sync._binding.write.shapes import INVALID, Obj, Shape, Unclear, Wrong, shapes
from ws_sync._binding.attribute_types import attribute_of
from ws_sync._binding.write.write import Write, state_patch
from ws_sync.exceptions import Refused


class Finding(AssertionError):
    """A write had another result than the rule says."""


class Node:
    """A live value as it was recorded.

    Attributes:
        shape: what it is.
        live: the value.
        json: what goes out.
        parts: the nodes of elements or members; after a patch also JSON, for new values.
        hidden: what does not go out.
    """

    def __init__(self, shape: Shape, live: Any) -> None:
        self.shape, self.live = shape, live
        self.json = shape.dump(live)
        self.parts: Any = shape.parts(live, Node)
        self.hidden = shape.hidden(live)
        self.origin = self

    def copy(self) -> Node:
        """Return a node whose parts may be changed."""
        copy = object.__new__(Node)
        copy.__dict__ = dict(vars(self))
        if isinstance(self.parts, list):
            copy.parts = [each.copy() for each in self.parts]
        elif self.parts is not None:
            copy.parts = {name: each.copy() for name, each in self.parts.items()}
        return copy


def text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def json_of(value: Any) -> Any:
    """Return the JSON of a node or of a new value."""
    if not isinstance(value, Node):
        if isinstance(value, list):
            return [json_of(each) for each in value]
        return {n: json_of(v) for n, v in value.items()} if isinstance(value, dict) else value
    if value.parts is None:
        return value.json
    return json_of(value.parts)


def parts_of(value: Any) -> Any:
    if isinstance(value, Node):
        if value.parts is None:
            raise Wrong("a leaf has no parts")
        return value.parts
    if not isinstance(value, list | dict):
        raise Wrong("no container")
    return value


def position_of(token: str) -> int:
    if not token.isdecimal():
        raise Wrong(f"no index {token}")
    return int(token)


def find(document: Any, path: list[str]) -> Any:
    for token in path:
        parts = parts_of(document)
        try:
            document = parts[position_of(token)] if isinstance(parts, list) else parts[token]
        except (LookupError, ValueError):
            raise Wrong(f"no {token}") from None
    return document


def take(document: Any, path: list[str]) -> Any:
    parts = parts_of(find(document, path[:-1]))
    found = find(document, path)
    del parts[position_of(path[-1]) if isinstance(parts, list) else path[-1]]
    return found


def put(document: Any, path: list[str], value: Any) -> None:
    parts = parts_of(find(document, path[:-1]))
    if isinstance(parts, dict):
        parts[path[-1]] = value
        return
    position = len(parts) if path[-1] == "-" else position_of(path[-1])
    if position > len(parts):
        raise Wrong("out of range")
    parts.insert(position, value)


def patched(document: Node, patch: list[Any]) -> None:
    """Apply a patch to a tree."""
    for each in patch:
        path = each["path"].split("/")[1:]
        name = each["op"]
        if name == "test":
            if text(json_of(find(document, path))) != text(each["value"]):
                raise Wrong("test")
        elif name == "remove":
            take(document, path)
        elif name == "move":
            origin = each["from"].split("/")[1:]
            if path[: len(origin)] == origin and len(path) > len(origin):
                raise Wrong("into itself")
            moved = find(document, origin) if path == origin else take(document, origin)
            if path != origin:
                put(document, path, moved)
        else:
            value = json.loads(text(each.get("value")))
            if name == "copy":
                value = json.loads(text(json_of(find(document, each["from"].split("/")[1:]))))
            if name == "replace":
                parts = parts_of(find(document, path[:-1]))
                find(document, path)
                parts[position_of(path[-1]) if isinstance(parts, list) else path[-1]] = value
            else:
                put(document, path, value)


class Judge:
    """Says for each position what has to be there."""

    def __init__(self, after: Node) -> None:
        self.placed = {id(node.origin) for node in _all(after)}

    def legal(self, shape: Shape, before: Node | None, after: Any) -> None:
        """Raise Wrong if the write has to be refused."""
        if isinstance(after, Node) and not same_shape(after.shape, shape):
            after = json_of(after)
        if isinstance(after, Node):
            if after.parts is None:
                return
            self.legal_parts(after.origin, after.shape, after.parts)
            return
        value = json_of(after)
        if before is not None and id(before) in self.placed:
            before = None
        if before is not None and before.parts is not None:
            if text(value) == text(before.json):
                return
            if not before.shape.frozen and before.shape.names_fit(value, before.live):
                self.legal_parts(before, before.shape, value)
                return
            if isinstance(before.parts, list) and isinstance(value, list):
                self._legal_list(before, before.shape, value)
                return
            if (
                not before.shape.is_object
                and isinstance(value, dict)
                and isinstance(before.parts, dict)
            ):
                self.legal_parts(before, before.shape, value)
                return
        elif before is not None and text(value) == text(before.json):
            return
        shape.check(value)

    def _legal_list(self, before: Node, shape: Shape, value: list[Any]) -> None:
        shape.check_size(len(value))
        old = {text(each.json) for each in before.parts}
        for number, each in enumerate(value):
            if text(each) in old:
                continue
            shape.inner(str(number), before.live).check_part(each)

    def legal_parts(self, before: Node, shape: Shape, after: Any) -> None:
        if isinstance(after, list):
            shape.check_size(len(after))
            for number, each in enumerate(after):
                old = each.origin if isinstance(each, Node) else None
                if not isinstance(each, Node):
                    free = [b for b in before.parts if id(b) not in self.placed]
                    if any(text(b.json) == text(json_of(each)) for b in free):
                        continue
                    if free:
                        shape.inner(str(number), before.live).check_part(json_of(each))
                        continue
                self.legal(shape.inner(str(number), before.live), old, each)
            return
        for name in {*before.parts, *after}:
            old, new = before.parts.get(name), after.get(name, INVALID)
            stays = not isinstance(new, Node) or new.origin is old
            if old and stays and new is not INVALID and text(json_of(new)) == text(old.json):
                if isinstance(new, Node) and [id(e.origin) for e in _all(new)] != [
                    *map(id, _all(old))
                ]:
                    try:
                        shape.check_write(name, before.live)
                    except Wrong as error:
                        raise Unclear from error  # other values of the same JSON
                    self.legal(new.shape, old, new)
                continue
            if old and new is not INVALID and text(json_of(new)) == text(old.json):
                raise Unclear  # another value of the same JSON
            shape.check_write(name, before.live, removed=new is INVALID, added=old is None)
            if (
                isinstance(new, Node)
                and new.origin is not old
                and not same_shape(new.shape, shape.inner(name, before.live))
            ):
                new = json_of(new)
            if new is not INVALID:
                self.legal(shape.inner(name, before.live), old, new)
        shape.check_size(len(after))


def same_shape(one: Shape, other: Shape) -> bool:
    return one is other or one.annotation == other.annotation


def _all(value: Any) -> list[Any]:
    if not isinstance(value, Node):
        inner = value.values() if isinstance(value, dict) else value
        return [e for v in inner for e in _all(v)] if isinstance(value, dict | list) else []
    parts = value.parts or ()
    inner = parts.values() if isinstance(parts, dict) else parts
    return [value, *(each for part in inner for each in _all(part))]


def verify(shape: Shape, before: Node | None, after: Any, live: Any, taken: set[int]) -> None:
    """Check what is at a position after an accepted write."""
    if isinstance(after, Node) and same_shape(after.shape, shape):
        _same(after, live, taken)
        return
    value = json_of(after)
    if before is None or id(before) in taken:
        shape.check_new(value, live)
    elif text(value) == text(before.json):
        _identical(before, live)
    elif before.parts is not None and live is before.live:
        _changed(before, value, live, taken)
    elif (
        before.parts is not None
        and before.shape.is_object
        and not before.shape.frozen
        and before.shape.names_fit(value, before.live)
    ):
        raise Finding(f"{before.live!r} became {live!r}")
    elif (
        before.parts is not None
        and before.shape.keeps_identity
        and isinstance(value, type(before.parts))
        and not before.shape.is_object
    ):
        raise Finding(f"the container {before.live!r} became {live!r}")
    elif isinstance(before.parts, list) and isinstance(value, list):
        return  # a tuple
    else:
        shape.check_new(value, live)


def _identical(node: Node, live: Any) -> None:
    if live is not node.live:
        raise Finding(f"{node.live!r} became {live!r}")
    if node.shape.hidden(live) != node.hidden:
        raise Finding(f"hidden {node.hidden!r} became {node.shape.hidden(live)!r}")
    parts = node.shape.parts(live, Node)
    if text(node.shape.dump(live)) != text(node.json):
        raise Finding(f"{node.json!r} became {node.shape.dump(live)!r}")
    inner = zip(node.parts, parts, strict=True) if isinstance(parts, list) else [
        (old, parts[name]) for name, old in (node.parts or {}).items()
    ]  # fmt: skip
    for old, new in inner:
        _identical(old, new.live)


def _same(node: Node, live: Any, taken: set[int]) -> None:
    """Check an object that stays or that was moved, and maybe has other parts."""
    if node.parts is None:
        if live is not node.live:
            raise Finding(f"{node.live!r} became {live!r}")
        return
    if node.shape.keeps_identity and live is not node.live:
        raise Finding(f"{node.live!r} became {live!r}")
    if node.shape.hidden(live) != node.hidden:
        raise Finding(f"hidden {node.hidden!r} became {node.shape.hidden(live)!r}")
    now = node.shape.parts(live, Node)
    if isinstance(node.parts, dict):
        for name, part in node.parts.items():
            if name not in now:
                raise Finding(f"{name!r} is lost")
            if isinstance(part, Node) and same_shape(part.shape, now[name].shape):
                _same(part, now[name].live, taken)
        return
    if len(now) != len(node.parts):
        raise Finding(f"{len(now)} elements instead of {len(node.parts)}")
    for part, new in zip(node.parts, now, strict=True):
        if isinstance(part, Node) and same_shape(part.shape, new.shape):
            _same(part, new.live, taken)


def _changed(before: Node, value: Any, live: Any, taken: set[int]) -> None:
    """Check an object that was replaced as a whole, and is the same object with other parts."""
    if before.shape.hidden(live) != before.hidden:
        raise Finding(f"hidden {before.hidden!r} became {before.shape.hidden(live)!r}")
    now = before.shape.parts(live, Node)
    if isinstance(value, dict) and isinstance(now, dict):
        for name, each in value.items():
            if name in now:
                verify(now[name].shape, before.parts.get(name), each, now[name].live, taken)
        return
    for old, each, new in zip(before.parts, value, now, strict=False):
        if text(old.json) != text(each) or id(old) in taken:
            break
        _identical(old, new.live)  # elements at the start that are the same stay
    known = {id(part.live): part for part in before.parts}
    fresh = []
    for each, new in zip(value, now, strict=True):
        if id(new.live) in known and new.parts is not None:
            if known[id(new.live)].hidden != new.hidden:
                raise Finding(f"hidden values became {new.hidden!r}")
        elif new.parts is not None:
            fresh.append((each, new))
    for each, new in fresh:
        if any(text(part.json) == text(each) for part in before.parts) and len(value) == 1:
            raise Finding(f"{each!r} is new, though it was there")
        new.shape.check_new(each, new.live)


class Case:
    """An input: a class, how to make an object of it, and a patch or a state for it."""

    def __init__(
        self, owner: Obj, make: Callable[[], Any], patch: list[Any], state: dict[str, Any] | None
    ) -> None:
        self.owner, self.make, self.patch, self.state = owner, make, patch, state

    def __repr__(self) -> str:
        what = self.patch if self.state is None else self.state
        return f"{self.owner.describe()}\n{self.make()!r}\nwrite {what!r}"


def paths_of(value: Any, prefix: str = "") -> list[str]:
    found = [prefix]
    if isinstance(value, dict):
        for name, each in value.items():
            found += paths_of(each, f"{prefix}/{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            found += paths_of(each, f"{prefix}/{number}")
        found.append(f"{prefix}/-")
    return found


@st.composite
def cases(draw: Any) -> Case:
    owner = draw(shapes(root=True))
    seed = draw(st.integers(0, 1 << 20))
    document = owner.dump(owner.sample(seed))
    paths = [path for path in paths_of(document) if path] or ["/none"]
    patch: list[Any] = []
    values = st.one_of(
        st.integers(-3, 9), st.text("abc", max_size=3), st.none(),
        st.sampled_from([[], {}, [1], {"a": 1}, "2026-01-02", "red", "**"]),
    )  # fmt: skip
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths))
        if draw(st.integers(0, 9)) == 0:
            path += draw(st.sampled_from(["/h", "/_p", "/zz", "/c", "/more"]))
        op = draw(st.sampled_from(["replace", "replace", "add", "remove", "move", "copy", "test"]))
        each: dict[str, Any] = {"op": op, "path": path}
        if op in ("move", "copy"):
            each["from"] = draw(st.sampled_from(paths))
        elif op != "remove":
            kind = draw(st.integers(0, 3))
            other = draw(st.sampled_from(paths))
            try:
                node = Node(owner, owner.sample(seed + kind))
                each["value"] = json_of(find(node, (path if kind else other).split("/")[1:]))
            except Wrong:
                each["value"] = draw(values)
            if kind == 3:
                each["value"] = draw(values)
            elif kind == 2:
                each["value"] = _altered(draw, each["value"], values)
        patch.append(each)
    state = None
    if draw(st.integers(0, 4)) == 0 and isinstance(document, dict) and document:
        new = owner.dump(owner.sample(seed + 1))
        names = [name for name in document if name in new and not owner.is_fixed(name)]
        state = {name: _altered(draw, new[name], values) for name in names[:2]}
    return Case(owner, lambda: owner.sample(seed), patch, state)


def _altered(draw: Any, value: Any, values: Any) -> Any:
    """Return a value with a difference at some depth."""
    if isinstance(value, dict) and value:
        name = draw(st.sampled_from([*value, "h", "zz"]))
        return {**value, name: _altered(draw, value.get(name), values)}
    if isinstance(value, list) and value:
        number = draw(st.integers(0, len(value) - 1))
        if draw(st.booleans()):
            return [*value[:number], *value[number + 1 :]]
        changed = _altered(draw, value[number], values)
        return [*value[:number], changed, *value[number + draw(st.integers(0, 1)) :]]
    return draw(values)


def check(case: Case) -> None:
    """A write has the result that the rule says, or is refused and changes nothing."""
    live = case.make()
    before = Node(case.owner, live)
    patch = case.patch
    attributes = {
        wire: attribute_of(live, name, wire) for wire, name in case.owner.visible(live).items()
    }
    if case.state is not None:
        patch = [{"op": "replace", "path": f"/{n}", "value": v} for n, v in case.state.items()]
    after = before.copy()
    wrong: Wrong | None = None
    is_clear = True
    try:
        patched(after, patch)
        if after.parts.keys() != before.parts.keys():
            raise Wrong("other attributes")
        judge = Judge(after)
        judge.legal_parts(before, case.owner, after.parts)
    except Wrong as error:
        wrong = error
    except Unclear:
        is_clear = False
    try:
        sent = patch if case.state is None else state_patch(attributes, case.state)
        write = Write(attributes, json.loads(json.dumps(sent)))
        write.commit()
    except Refused as error:
        _identical(before, live)
        if wrong is None and is_clear:
            raise Finding(f"refused: {error}") from error
        return
    if not is_clear:
        return
    if wrong is not None:
        raise Finding(f"accepted, although {wrong}: {case.owner.dump(live)!r}")
    now = Node(case.owner, live)
    taken = {id(node.origin) for node in _all(after)}
    if now.hidden != before.hidden:
        raise Finding(f"hidden {before.hidden!r} became {now.hidden!r}")
    for name, part in after.parts.items():
        verify(now.parts[name].shape, before.parts[name], part, now.parts[name].live, taken)
    write.undo()
    _identical(before, live)
