"""Tests of tracked containers, their change log and their snapshot."""

from __future__ import annotations

import copy
import gc
import json
import pickle
from collections.abc import Callable
from typing import Any

import jsonpatch
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.ws_sync.strategies import names, values
from ws_sync._core.json.codec import dump
from ws_sync._core.json.equality import equal
from ws_sync._core.snapshot import tracked_snapshot
from ws_sync._core.snapshot.document import PeerSnapshot
from ws_sync._core.tracked import change_log
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync.exceptions import NotJSON

Edit = Callable[[st.DataObject, Any], object]


def position(data: st.DataObject, rows: Any) -> int:
    return data.draw(st.integers(0, max(0, len(rows) - 1)))


def stretch(data: st.DataObject) -> slice:
    bounds = st.none() | st.integers(-6, 6)
    return slice(data.draw(bounds), data.draw(bounds), data.draw(st.sampled_from([None, 1, 2, -1])))


def put_slice(data: st.DataObject, rows: Any) -> None:
    part = stretch(data)
    step = part.step or 1
    size = len(rows[part])
    new = st.lists(values, min_size=0 if step == 1 else size, max_size=3 if step == 1 else size)
    rows[part] = data.draw(new)


def put_member_in(data: st.DataObject, rows: Any) -> None:
    rows.append(rows[position(data, rows)])


LIST_EDITS: dict[str, Edit] = {
    "append": lambda data, rows: rows.append(data.draw(values)),
    "extend": lambda data, rows: rows.extend(data.draw(st.lists(values, max_size=3))),
    "insert": lambda data, rows: rows.insert(data.draw(st.integers(-9, 9)), data.draw(values)),
    "set": lambda data, rows: rows.__setitem__(position(data, rows), data.draw(values)),
    "pop": lambda data, rows: rows.pop(position(data, rows)),
    "delete": lambda data, rows: rows.__delitem__(-1 - position(data, rows)),
    "remove": lambda data, rows: rows.remove(rows[position(data, rows)]),
    "clear": lambda _, rows: rows.clear(),
    "reverse": lambda _, rows: rows.reverse(),
    "sort": lambda _, rows: rows.sort(key=json.dumps),
    "put slice": put_slice,
    "delete slice": lambda data, rows: rows.__delitem__(stretch(data)),
    "add in place": lambda data, rows: rows.__iadd__(data.draw(st.lists(values, max_size=2))),
    "multiply": lambda data, rows: rows.__imul__(data.draw(st.integers(0, 2))),
    "put a member in again": put_member_in,
}
DICT_EDITS: dict[str, Edit] = {
    "set": lambda data, members: members.__setitem__(data.draw(names), data.draw(values)),
    "delete": lambda data, members: members.__delitem__(sorted(members)[position(data, members)]),
    "pop": lambda data, members: members.pop(data.draw(names), None),
    "popitem": lambda _, members: members.popitem(),
    "clear": lambda _, members: members.clear(),
    "update": lambda data, members: members.update(
        data.draw(st.dictionaries(names, values, max_size=2)), a=1
    ),
    "setdefault": lambda data, members: members.setdefault(data.draw(names), data.draw(values)),
    "merge in place": lambda data, members: members.__ior__(
        data.draw(st.dictionaries(names, values, max_size=2))
    ),
}


def containers(value: Any) -> list[Any]:
    """Return every list and dict in a value, the value first."""
    if not isinstance(value, list | dict):
        return []
    members = value.values() if isinstance(value, dict) else value
    return [value, *(each for member in members for each in containers(member))]


def edit(data: st.DataObject, value: Any) -> None:
    """Change something somewhere in a value."""
    if len(orjson.dumps(value)) > 3000:
        return
    target = data.draw(st.sampled_from(containers(value)))
    edits = LIST_EDITS if isinstance(target, list) else DICT_EDITS
    name = data.draw(st.sampled_from(sorted(edits)))
    if target or name not in {"set", "pop", "delete", "remove", "popitem", "put a member in again"}:
        edits[name](data, target)
    elif isinstance(target, dict):
        target["a"] = 1


class Peer:
    """A client that applies all patches of one attribute."""

    def __init__(self, value: Any) -> None:
        self.document = PeerSnapshot({"a": dump(value)})
        self.state = {"a": orjson.loads(orjson.dumps(value))}

    def sync(self, value: Any) -> Any:
        """Bring the client up to date; return the patch."""
        found = self.document.advance([("a", lambda: value)], None, {})
        for error in found.errors.values() if found else ():
            raise error
        patch = orjson.loads(found.patch) if found and found.operations else []
        whole = orjson.dumps([{"op": "replace", "path": "/a", "value": value}])
        assert len(found.patch) <= len(whole) if patch and found else not patch
        self.state = jsonpatch.apply_patch(self.state, patch)
        return patch


@pytest.mark.parametrize("small", [2, 1024], ids=["divided", "whole"])
@settings(deadline=None)  # each example is slow
@given(data=st.data())
def test_mirror_of_a_client_equals_the_state(small: int, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracked_snapshot, "SMALL", small)
        patch.setattr(change_log, "MIN_ENTRIES", 4)
        start = data.draw(st.lists(values, max_size=5) | st.dictionaries(names, values, max_size=4))
        tracked = SyncedList(start) if isinstance(start, list) else SyncedDict(start)
        peers = [Peer(tracked), Peer(tracked)]
        for _ in range(data.draw(st.integers(1, 6))):
            for _ in range(data.draw(st.integers(0, 5))):
                edit(data, tracked)
            peers[0].sync(tracked)
            assert equal(peers[0].state["a"], orjson.loads(orjson.dumps(tracked)))
        peers[1].sync(tracked)  # it was synced less often
        assert equal(peers[1].state["a"], orjson.loads(orjson.dumps(tracked)))


@given(st.lists(values, max_size=5), st.data())
def test_list_behaves_as_a_list(start: list[Any], data: st.DataObject) -> None:
    plain, tracked = copy.deepcopy(start), SyncedList(start)
    name = data.draw(st.sampled_from(sorted(LIST_EDITS)))
    seed = data.draw(st.integers(0, 5)), data.draw(values), data.draw(st.integers(-7, 7))
    for rows in (plain, tracked):
        outcome(name, rows, seed)
    assert tracked == plain
    assert outcome(name, plain, seed) == outcome(name, tracked, seed)


def outcome(name: str, rows: Any, seed: tuple[int, Any, int]) -> Any:
    """Return the result of a call, or the type of its error."""
    size, value, index = seed
    calls: dict[str, Callable[[], object]] = {
        "append": lambda: rows.append(value),
        "extend": lambda: rows.extend([value] * size),
        "insert": lambda: rows.insert(index, value),
        "set": lambda: rows.__setitem__(index, value),
        "pop": lambda: rows.pop(index),
        "delete": lambda: rows.__delitem__(index),
        "remove": lambda: rows.remove(value),
        "put slice": lambda: rows.__setitem__(slice(index, size), [value]),
        "delete slice": lambda: rows.__delitem__(slice(index, None, 2)),
        "multiply": lambda: rows.__imul__(size),
    }
    try:
        return calls.get(name, rows.reverse)()
    except (IndexError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("value", [SyncedList([1, {"a": [2]}]), SyncedDict({"a": [1, {"b": 2}]})])
def test_copies_and_pickles_are_tracked_and_equal(value: Any) -> None:
    for other in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert type(other) is type(value)
        assert other == value
        assert json.dumps(other) == json.dumps(value)
        assert [type(each) for each in containers(other)] == [
            type(each) for each in containers(value)
        ]
    assert orjson.dumps(value) == orjson.dumps(json.loads(json.dumps(value)))


def test_change_of_a_leaf_is_one_operation() -> None:
    rows = SyncedList([{"id": number, "tags": ["x"]} for number in range(100)])
    peer = Peer(rows)
    peer.sync(rows)
    rows.append({"id": 100, "tags": []})
    assert [each["op"] for each in peer.sync(rows)] == ["add"]
    rows[50]["tags"].append("y")
    assert peer.sync(rows) == [{"op": "add", "path": "/a/50/tags/1", "value": "y"}]
    rows.insert(3, rows.pop(70))
    assert [each["op"] for each in peer.sync(rows)] == ["add", "remove"]


def test_change_is_noted_after_the_list_was_shifted_and_sorted() -> None:
    rows = SyncedList([{"id": number} for number in range(300)])
    peer = Peer(rows)
    peer.sync(rows)
    row = rows[299]
    for number in range(100):
        rows.insert(0, {"id": -number})
    rows.sort(key=lambda each: -each["id"])
    peer.sync(rows)
    row["id"] = 1000
    assert peer.sync(rows) == [{"op": "replace", "path": "/a/0/id", "value": 1000}]


def test_change_is_noted_far_from_where_the_row_was() -> None:
    rows = SyncedList([{"id": 1, "text": "x" * 100}])
    row = rows[0]
    rows[:0] = range(100)
    peer = Peer(rows)
    peer.sync(rows)
    row["id"] = 2
    assert peer.sync(rows) == [{"op": "replace", "path": "/a/100/id", "value": 2}]


def test_container_in_two_places_is_changed_in_both() -> None:
    shared = SyncedDict({"x": 1, "text": "so long that it is not worth while to send it again"})
    state = SyncedDict({"one": shared, "two": [shared, shared]})
    peer = Peer(state)
    peer.sync(state)
    shared["x"] = 2
    assert len(peer.sync(state)) == 3
    del state["one"]
    state["two"].pop()
    peer.sync(state)
    shared["x"] = 3
    assert peer.sync(state) == [{"op": "replace", "path": "/a/two/0/x", "value": 3}]


def test_container_that_was_taken_out_changes_nothing() -> None:
    rows = SyncedList([{"x": 1}, {"x": 2}])
    peer = Peer(rows)
    peer.sync(rows)
    row = rows.pop()
    peer.sync(rows)
    row["x"] = 5
    assert peer.sync(rows) == []


def test_circle_is_noted_once_and_has_no_json_form() -> None:
    state = SyncedDict({"x": 1})
    peer = Peer(state)
    peer.sync(state)
    state["self"] = state
    state["x"] = 2
    with pytest.raises(NotJSON):
        peer.sync(state)


def test_value_without_json_form_leaves_the_mirror_as_it_is() -> None:
    rows = SyncedList([{"x": number} for number in range(200)])
    peer = Peer(rows)
    peer.sync(rows)
    rows[0]["x"] = 1
    peer.sync(rows)
    rows[3]["x"], rows[4]["x"] = 7, float("nan")
    with pytest.raises(NotJSON):
        peer.sync(rows)
    rows[4]["x"] = 8
    assert len(peer.sync(rows)) == 2
    assert peer.state["a"] == rows


def test_clearing_is_one_operation() -> None:
    rows = SyncedList(range(1000))
    peer = Peer(rows)
    rows.append(1)
    peer.sync(rows)
    rows.clear()
    assert peer.sync(rows) == [{"op": "replace", "path": "/a", "value": []}]


def test_members_are_added_and_removed_by_their_names() -> None:
    state = SyncedDict({"a": 1, "text": "x" * 200})
    peer = Peer(state)
    peer.sync(state)
    state["new"] = 2
    state["gone before it was sent"] = 3
    del state["a"], state["gone before it was sent"]
    assert peer.sync(state) == [
        {"op": "add", "path": "/a/new", "value": 2},
        {"op": "remove", "path": "/a/a"},
    ]


def test_name_that_is_no_string_is_written_as_of_a_dict_beside_others() -> None:
    state = SyncedDict({"a": 1})
    peer = Peer(state)
    peer.sync(state)
    state[2] = {"b": 3}
    found = peer.document.advance([("a", lambda: state)], None, {})
    assert found
    assert json.loads(found.patch) == [{"op": "add", "path": "/a/2", "value": {"b": 3}}]


@pytest.mark.parametrize("limit", ["MIN_ENTRIES", "MAX_HUNKS"])
def test_changes_beyond_the_limits_of_a_log_are_found(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """The members that are compared include large ones that did not change."""
    monkeypatch.setattr(change_log, limit, 1)
    rows = [[f"{number}" * 2000] for number in range(9)]
    state = SyncedDict(rows=rows, members={str(number): row for number, row in enumerate(rows)})
    peer = Peer(state)
    peer.sync(state)
    for number in (1, 3, 5, 7):
        state["rows"][number].append(number)
        state["members"][str(number)].append(number)
    patch = peer.sync(state)
    assert [each["path"] for each in patch] == [
        f"/a/{name}/{number}/1" for name in ("rows", "members") for number in (1, 3, 5, 7)
    ]


def test_container_is_found_where_it_is_left() -> None:
    shared = SyncedDict({"x": 1})
    state = SyncedDict({"a": shared, "b": shared, "text": "x" * 100})
    del state["b"]
    peer = Peer(state)
    peer.sync(state)
    shared["x"] = 2
    assert peer.sync(state) == [{"op": "replace", "path": "/a/a/x", "value": 2}]


def test_container_outlives_the_one_around_it() -> None:
    row = SyncedDict({"x": 1})
    SyncedList([row])
    gc.collect()
    row["x"] = 2
    assert row == {"x": 2}
    assert not row._links


@pytest.mark.parametrize(
    ("kind", "value", "other"),
    [
        (SyncedList, [{"x": 1}], "no list"),
        (SyncedList[int], ["1"], ["x"]),  # type: ignore[misc]  # at runtime it is
        (SyncedDict, {"x": [1]}, []),
        (SyncedDict[str, int], {"x": "1"}, {"x": "y"}),  # type: ignore[misc]
    ],
    ids=["list", "list of numbers", "dict", "dict of numbers"],
)
def test_pydantic_reads_containers_by_their_type(kind: Any, value: Any, other: Any) -> None:
    adapter = TypeAdapter(kind)
    read = adapter.validate_python(value)
    assert type(read) in (SyncedList, SyncedDict)
    assert type(next(iter(read))) is not str or isinstance(read, dict)
    with pytest.raises(ValidationError):
        adapter.validate_python(other)


def test_names_that_are_no_strings_are_written_as_of_a_dict() -> None:
    state = SyncedDict({1: "a"})
    peer = Peer({})
    found = peer.document.advance([("a", lambda: state)], None, {})
    assert found
    assert json.loads(found.patch) == [{"op": "add", "path": "/a/1", "value": "a"}]
