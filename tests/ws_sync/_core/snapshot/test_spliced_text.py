"""Tests of `ws_sync._core.snapshot.spliced_text`."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ws_sync.strategies import names, values
from ws_sync._core.json.codec import JSON, dump
from ws_sync._core.json.diff import Operation
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply
from ws_sync._core.json.pointer import join
from ws_sync._core.snapshot import document, spliced_text
from ws_sync._core.snapshot.division import divide
from ws_sync._core.snapshot.document import PeerSnapshot
from ws_sync._core.snapshot.member_offsets import MemberOffsets
from ws_sync._core.snapshot.spliced_text import (
    MAX_SPLICES,
    SplicedText,
    Splicer,
    can_splice,
    outermost,
)
from ws_sync.exceptions import Refused

divisible = st.lists(values, max_size=6) | st.dictionaries(names, values, max_size=5)


def places(value: JSON, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the paths of all values, and of some that do not exist."""
    found = [path, (*path, "-"), (*path, "nowhere")]
    members: Any = value.items() if isinstance(value, dict) else ()
    members = enumerate(value) if isinstance(value, list) else members
    for token, each in members:
        found += places(each, (*path, str(token)))
    return found


def operations(data: st.DataObject, value: JSON) -> list[Operation]:
    """Draw operations of which at most the last one fails."""
    found: list[Operation] = []
    for _ in range(data.draw(st.integers(1, 5))):
        paths = st.sampled_from(places(value, ("a",))).map(lambda path: join(*path))
        name = data.draw(st.sampled_from(["add", "add", "remove", "replace", "move", "test"]))
        each: Operation = {"op": name, "path": data.draw(paths)}
        if name == "move":
            each["from"] = data.draw(paths)
        elif name != "remove":
            each["value"] = data.draw(values)
        found.append(each)
        try:
            value = apply({"a": value}, [each]).get("a")
        except Refused:
            break
    return [each for each in found if can_splice([each])]


def check_offsets(text: bytes, offsets: MemberOffsets) -> None:
    assert offsets.strides == divide(text).strides
    value = orjson.loads(text)
    if offsets.names is not None:
        assert offsets.names == list(value)
    members = list(value.values()) if isinstance(value, dict) else value
    for number, inner in offsets.inner.items():
        check_offsets(orjson.dumps(members[number]), inner)


@pytest.mark.parametrize("small", [2, 1024], ids=["divided", "whole"])
@settings(deadline=None)
@given(old=divisible, data=st.data())
def test_operations_have_the_effect_of_the_patch(
    small: int, old: JSON, data: st.DataObject
) -> None:
    patch = operations(data, old)
    text, offsets = SplicedText(orjson.dumps(old)), divide(orjson.dumps(old))
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(spliced_text, "SMALL", small)
        patching.setattr(spliced_text, "MAX_PIECES", data.draw(st.sampled_from([1, 256])))
        try:
            expected = apply({"a": old}, patch)["a"]
        except Refused:
            with pytest.raises(Refused):
                Splicer(text, offsets).apply(patch)
            return
        Splicer(text, offsets).apply(patch)
    assert equal(orjson.loads(text.text), expected)
    assert text.text == orjson.dumps(orjson.loads(text.text))
    assert text.size == len(text.text)
    check_offsets(text.text, offsets)


class Present:
    """A view of the present value."""

    def __init__(self, value: JSON) -> None:
        self.value = value

    def reach(self, place: tuple[str, ...]) -> tuple[str, ...]:
        return place[:2]

    def read(self, place: tuple[str, ...], length: int) -> object:
        around, found = None, self.value
        for token in place:
            if isinstance(found, list) and not token.isdecimal():
                raise LookupError(token)
            around, found = found, found[int(token) if isinstance(found, list) else token]
        if around is None or len(around) != length:
            raise LookupError
        return found


class Write:
    """A patch that changes an attribute inside."""

    def __init__(self) -> None:
        self.touched = {"a"}

    def container(self, _: str) -> object:
        return None


@settings(deadline=None)
@given(old=divisible, data=st.data())
def test_what_was_touched_becomes_the_present_value(old: JSON, data: st.DataObject) -> None:
    """The server has changed something before a patch and after it; both sides come together."""
    patch = operations(data, old)
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(spliced_text, "SMALL", 2)
        patching.setattr(document, "SMALL", 2)
        snapshot = PeerSnapshot({"a": dump(old)})
        snapshot.apply_patch(patch, Write())
        held = snapshot.value().get("a")
        now = held
        with suppress(Refused):
            now = apply({"a": held}, operations(data, held))["a"]
        for views in ({"a": Present(now)}, {}):
            found = snapshot.advance([("a", lambda: now)], None, {}, views)
            held = apply({"a": held}, orjson.loads(found.patch) if found else [])["a"]
            if "a" in snapshot.value():
                assert equal(snapshot.value()["a"], held)
        assert equal(held, now)


def test_only_what_was_touched_is_compared() -> None:
    rows = [{"n": n, "text": "x" * 100} for n in range(100)]
    snapshot = PeerSnapshot({"a": dump(rows)})
    snapshot.apply_patch([{"op": "replace", "path": "/a/5/n", "value": "5"}], Write())
    rows[5]["n"], rows[6]["n"] = 5, -6
    found = snapshot.advance([("a", lambda: rows)], None, {}, {"a": Present(rows)})
    assert found is not None
    assert orjson.loads(found.patch) == [{"op": "replace", "path": "/a/5/n", "value": 5}]
    patch = [{"op": "remove", "path": "/a/8/text"}, {"op": "remove", "path": "/a/7"}]
    snapshot.apply_patch(patch, Write())
    del rows[8]["text"], rows[7]
    assert snapshot.advance([("a", lambda: rows)], None, {}, {"a": Present(rows)}) is None
    found = snapshot.advance([("a", lambda: rows)], None, {})
    assert found is not None
    assert orjson.loads(found.patch) == [{"op": "replace", "path": "/a/6/n", "value": -6}]


@pytest.mark.parametrize(
    "now",
    [lambda rows: rows[1:], lambda rows: [*rows[:5], {"n": 10**30}, *rows[6:]]],
    ids=["other length", "not native"],
)
def test_whole_is_compared_where_a_member_can_not_be(now: Any) -> None:
    rows: JSON = [{"n": n, "text": "x" * 100} for n in range(100)]
    snapshot = PeerSnapshot({"a": dump(rows)})
    snapshot.apply_patch([{"op": "replace", "path": "/a/5/n", "value": -5}], Write())
    rows[5]["n"] = -5
    present = now(rows)
    found = snapshot.advance([("a", lambda: present)], None, {}, {"a": Present(present)})
    assert found is not None
    assert equal(apply({"a": rows}, json.loads(found.patch)), {"a": present})


def test_integers_beyond_64_bits_are_not_spliced() -> None:
    rows = ["x" * 2000]
    snapshot = PeerSnapshot({"a": dump(rows)})
    snapshot.apply_patch([{"op": "add", "path": "/a/-", "value": 10**30}], Write())
    now = [*rows, 10**30]
    found = snapshot.advance([("a", lambda: now)], None, {}, {"a": Present(now)})
    assert found is not None
    assert orjson.loads(found.patch)[0]["path"] == "/a"


def test_other_operations_are_not_spliced() -> None:
    assert not can_splice([{"op": "copy", "from": "/a/0", "path": "/a/1"}])
    assert not can_splice([{"op": "replace", "path": "/a", "value": 1}])
    assert not can_splice([{"op": "remove", "path": "/a/0"}] * (MAX_SPLICES + 1))


def test_touched_places_follow_the_elements() -> None:
    rows = [{"n": n, "text": ["x" * 2000]} for n in range(9)]
    text = SplicedText(orjson.dumps({"rows": rows, "gone": 1, "kept": 2}))
    offsets = divide(text.text)
    paths: dict[str, list[tuple[str, str, Any]]] = {
        "changed": [("replace", "/a/rows/3/n", -3), ("replace", "/a/rows/3/text/0", "")],
        "removed before": [("remove", "/a/rows/0", None), ("remove", "/a/rows/5", None)],
        "inserted before": [("add", "/a/rows/1", 1), ("add", "/a/rows/-", 2)],
        "members": [("add", "/a/gone", 2), ("remove", "/a/gone", None), ("add", "/a/kept", 3)],
        "whole": [("replace", "/a/rows/6", rows[6]), ("replace", "/a/rows/6/n", 6)],
        "removed": [("remove", "/a/rows/1", None)],
    }
    for each in paths.values():
        patch = [{"op": op, "path": path, "value": value} for op, path, value in each]
        Splicer(text, offsets).apply(patch)
        check_offsets(text.text, offsets)
    row = [("rows", "2", "n"), ("rows", "2", "text", "0")]
    assert outermost(text.touched) == [("kept",), *row, ("rows", "5"), ("rows", "7")]
    assert orjson.loads(text.text)["rows"][2] == {"n": -3, "text": [""]}


@pytest.mark.parametrize(
    ("operation", "is_possible"),
    [
        ({"op": "move", "from": "/a/0", "path": "/a/0"}, True),
        ({"op": "move", "from": "/a/0", "path": "/a/0/n"}, False),
        ({"op": "move", "from": "/a/7", "path": "/a/7"}, False),
        ({"op": "test", "path": "/a/0/n", "value": 1}, True),
        ({"op": "test", "path": "/a/0/n", "value": 2}, False),
    ],
    ids=["to itself", "into itself", "not there", "same", "other"],
)
def test_operations_without_an_effect(operation: Operation, is_possible: bool) -> None:
    value = [{"n": 1}, "x" * 2000]
    snapshot = PeerSnapshot({"a": dump(value)})
    snapshot.apply_patch([operation], Write())
    assert snapshot.value() == ({"a": value} if is_possible else {})
