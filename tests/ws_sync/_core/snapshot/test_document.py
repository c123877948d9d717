"""Tests of `ws_sync._core.snapshot.document`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync.strategies import names, values
from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, Text, dump, is_deeper
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply
from ws_sync._core.snapshot.document import AttributeSnapshot, PeerSnapshot, SnapshotDiff
from ws_sync._core.snapshot.tracked_snapshot import TrackedSnapshot
from ws_sync._core.tracked.containers import Container, SyncedDict, SyncedList
from ws_sync.exceptions import NotJSON, UnrecordedChange

SHARED: list[JSON] = ["a text", "other", 1, 1.0, 10**30, True, None, [1], {"n": [1]}]
"""Values that are reused, so that an attribute is often the same object as before."""


def _deep() -> JSON:
    value: JSON = 1
    for _ in range(MAX_VALUE_DEPTH + 1):
        value = [value]
    return value


states = st.dictionaries(names, values, min_size=1, max_size=4)


def texts(state: Mapping[str, JSON]) -> dict[str, Text]:
    return {name: dump(value) for name, value in state.items()}


def readers(state: Mapping[str, JSON]) -> list[tuple[str, Callable[[], object]]]:
    return [(name, partial(state.__getitem__, name)) for name in state]


def patch_to(document: PeerSnapshot, state: Mapping[str, JSON]) -> JSON:
    found = document.advance(readers(state), None, {})
    return json.loads(found.patch) if found else []


def difference(document: PeerSnapshot, state: Mapping[str, JSON]) -> SnapshotDiff:
    found = document.advance(readers(state), None, {})
    assert found is not None
    return found


@given(states, st.data())
def test_advance_makes_the_new_state_of_the_old_one(
    old: dict[str, JSON], data: st.DataObject
) -> None:
    new = {name: data.draw(values) for name in old}
    document = PeerSnapshot(texts(old))
    assert equal(apply(old, patch_to(document, new)), new)
    assert document.advance(readers(new), None, {}) is None
    assert equal(document.value(), new)


@given(states, st.data())
def test_patch_is_never_longer_than_replacing_the_attributes(
    old: dict[str, JSON], data: st.DataObject
) -> None:
    new = {name: data.draw(values) for name in old}
    found = PeerSnapshot(texts(old)).advance(readers(new), None, {})
    if found is None:
        return
    whole = [
        {"op": "replace", "path": _pointer(name), "value": new[name]} for name in found.changed
    ]
    assert len(found.patch) <= len(dump(whole).text)


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def test_nothing_is_sent_when_only_the_form_of_a_number_changed() -> None:
    newer: dict[str, AttributeSnapshot] = {}
    document = PeerSnapshot(texts({"a": 1}))
    assert document.advance(readers({"a": 1.0}), None, newer) is None
    assert newer == {"a": dump(1.0)}


def test_attribute_that_the_peer_does_not_hold_is_added() -> None:
    found = difference(PeerSnapshot({}), {"a/b": 1})
    assert json.loads(found.patch) == [{"op": "add", "path": "/a~1b", "value": 1}]
    assert found.changed == ["a/b"]


def test_attribute_that_is_not_known_is_sent_whole() -> None:
    document = PeerSnapshot(texts({"a": [1, 2], "b": 1}))
    document.forget(["a", "c"])
    assert document.value() == {"b": 1}
    patch = patch_to(document, {"a": [1, 2], "b": 1})
    assert patch == [{"op": "replace", "path": "/a", "value": [1, 2]}]


def test_attribute_without_json_form_stays_as_it_is() -> None:
    document = PeerSnapshot(texts({"a": [1, 2], "b": 1}))
    found = difference(document, {"a": [1, float("nan")], "b": 2})
    assert isinstance(found.errors["a"], NotJSON)
    assert found.errors["a"].path == "/1"
    assert document.value() == {"a": [1, 2], "b": 2}


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        ([10**30, 1], [10**30, 2], [{"op": "replace", "path": "/a/1", "value": 2}]),
        ([1, 2], [10**30, 2], [{"op": "replace", "path": "/a/0", "value": 10**30}]),
        ([10**30, 1, 2], [], [{"op": "replace", "path": "/a", "value": []}]),
    ],
    ids=["both", "new", "shorter as a whole"],
)
def test_integers_beyond_64_bits_are_compared_exactly(old: JSON, new: JSON, patch: JSON) -> None:
    assert patch_to(PeerSnapshot(texts({"a": old})), {"a": new}) == patch


class Write:
    """A patch of attributes, of which one may be a tracked container that is changed in place."""

    def __init__(self, *touched: str, container: Container | None = None) -> None:
        self.touched = set(touched)
        self._container = container

    def container(self, _: str) -> object:
        return self._container


def test_apply_patch_takes_over_a_patch_of_the_peer() -> None:
    document = PeerSnapshot(texts({"a": [1], "b": "unread"}))
    document.apply_patch([{"op": "add", "path": "/a/-", "value": 2}], Write("a"))
    assert document.value() == {"a": [1, 2], "b": "unread"}


def in_place(value: Container) -> Write:
    return Write("a", container=value)


LARGE = "x" * 2000


def held(rows: Container) -> PeerSnapshot:
    """Return the snapshot of a client that holds tracked rows."""
    document = PeerSnapshot({})
    document.advance([("a", lambda: rows)], None, {})
    return document


def test_apply_patch_and_refresh_follow_a_change_in_place() -> None:
    rows = SyncedList([{"n": 1, "text": LARGE}])
    document = held(rows)
    document.apply_patch([{"op": "replace", "path": "/a/0/n", "value": 2}], in_place(rows))
    rows[0]["n"] = 2
    document.refresh()
    assert document.value() == {"a": rows}
    assert document.advance([("a", lambda: rows)], None, {}) is None


def test_refresh_follows_the_patch_alone_if_the_result_has_no_json_form() -> None:
    rows = SyncedList([{"n": 1, "text": LARGE}])
    document = held(rows)
    document.apply_patch([{"op": "replace", "path": "/a/0/n", "value": 2}], in_place(rows))
    rows[0]["n"] = math.nan
    document.refresh()
    assert document.value() == {"a": [{"n": 2, "text": LARGE}]}


def test_refresh_leaves_other_changes_to_the_next_sync() -> None:
    """A change by code of the application, and the same container in another place."""
    shared = SyncedList([{"n": 1, "text": LARGE}])
    tree = SyncedDict(one=shared, two=shared, other=1)
    document = held(tree)
    document.apply_patch([{"op": "remove", "path": "/a/one/0"}], in_place(tree))
    del shared[0]
    tree["other"] = 2
    document.refresh()
    assert document.value() == {"a": {"one": [], "two": [{"n": 1, "text": LARGE}], "other": 1}}
    assert patch_to(document, {"a": tree}) == [
        {"op": "replace", "path": "/a", "value": {"one": [], "two": [], "other": 2}}
    ]


@pytest.mark.parametrize("path", ["/a/-", "/a/2/n/-"])
def test_apply_patch_follows_an_element_at_the_end(path: str) -> None:
    rows = SyncedList([1, LARGE, {"n": [1]}])
    document = held(rows)
    document.apply_patch([{"op": "add", "path": path, "value": 5}], in_place(rows))
    (rows if path == "/a/-" else rows[2]["n"]).append(5)
    document.refresh()
    assert isinstance(document._snapshots["a"], TrackedSnapshot)
    assert document.value() == {"a": rows}


def test_refresh_survives_a_list_that_a_thread_has_cleared() -> None:
    rows = SyncedList([LARGE, {"n": [1]}])
    document = held(rows)
    document.apply_patch([{"op": "add", "path": "/a/1/n/-", "value": 5}], in_place(rows))
    rows.clear()
    document.refresh()
    assert document.value() == {"a": [LARGE, {"n": [1, 5]}]}


def test_change_past_the_methods_is_reported_and_healed() -> None:
    tree = SyncedDict(rows=[[1], LARGE])
    document = held(tree)
    list.append(tree["rows"], 2)
    tree["rows"].append(3)
    error = difference(document, {"a": tree}).errors["a"]
    assert isinstance(error, UnrecordedChange)
    assert str(error).startswith("the container at '/a/rows' has 4 members, but 3 according to")
    assert equal(patch_to(document, {"a": tree})[0]["value"], tree)
    dict.__setitem__(tree, "new", 1)
    tree["recorded"] = 1
    assert isinstance(difference(document, {"a": tree}).errors["a"], UnrecordedChange)


def test_apply_patch_follows_a_tracked_value_that_is_replaced() -> None:
    rows = SyncedList([1])
    document = held(rows)
    document.apply_patch([{"op": "replace", "path": "/a", "value": [5]}], Write("a"))
    assert document.value() == {"a": [5]}


def test_apply_patch_of_a_tracked_value_that_was_not_sent_is_applied_to_what_the_peer_holds() -> (
    None
):
    rows = SyncedList([1])
    document = held(rows)
    rows.append(2)
    document.apply_patch([{"op": "add", "path": "/a/-", "value": 5}], in_place(rows))
    assert document.value() == {"a": [1, 5]}


@pytest.mark.parametrize("after", [[2], [1], _deep()], ids=["other", "equal", "too deep"])
def test_apply_patch_takes_over_the_value_after_it(after: JSON) -> None:
    document = PeerSnapshot(texts({"a": [1]}))
    document.apply_patch([{"op": "replace", "path": "/a", "value": after}], Write("a"))
    assert document.value() == ({} if is_deeper(after, MAX_VALUE_DEPTH) else {"a": after})


@pytest.mark.parametrize(
    "patch",
    [
        [{"op": "remove", "path": "/a/7"}],
        [{"op": "remove", "path": "/a"}],
        [{"op": "replace", "path": "", "value": 5}],
    ],
    ids=["fails", "removes", "scalar"],
)
def test_apply_patch_forgets_what_it_can_not_follow(patch: JSON) -> None:
    document = PeerSnapshot(texts({"a": [1], "b": 2}))
    document.apply_patch(patch, Write("a"))
    assert document.value() == {"b": 2}


def test_apply_patch_finds_an_attribute_that_was_forgotten() -> None:
    document = PeerSnapshot(texts({"a": [1]}))
    document.forget(["a"])
    document.apply_patch([{"op": "replace", "path": "/a", "value": 3}], Write("a"))
    assert document.value() == {"a": 3}


def test_apply_state_takes_over_members() -> None:
    document = PeerSnapshot(texts({"a": 1, "b": 2}))
    document.apply_state({"a": [3]})
    assert document.value() == {"a": [3], "b": 2}


def test_scalar_that_is_the_same_object_is_compared_anew_when_the_peer_holds_another() -> None:
    value = "a text"
    document = PeerSnapshot(texts({"a": value}))
    assert document.advance([("a", lambda: value)], None, {}) is None
    document.forget(["a"])
    for state in (value, [1], value):
        expected = [{"op": "replace", "path": "/a", "value": state}]
        assert patch_to(document, {"a": state}) == expected


STEPS = ["advance", "advance", "forget", "patch", "patch", "elsewhere", "state"]


@given(st.data())
def test_scalar_that_is_not_compared_again_is_what_the_peer_holds(data: st.DataObject) -> None:
    """Check the invariant of `PeerSnapshot._scalars` after calls in any order."""
    shared = st.sampled_from(SHARED)
    state: dict[str, JSON] = {name: data.draw(shared) for name in "ab"}
    document, peer = PeerSnapshot(texts(state)), dict(state)
    for step in data.draw(st.lists(st.sampled_from(STEPS), max_size=8)):
        name, value = data.draw(st.sampled_from("ab")), data.draw(shared)
        patch = [{"op": "replace", "path": f"/{name}", "value": value}]
        if step == "advance":
            state[name] = value
        elif step == "forget":
            document.forget([name])
        elif step == "state":
            peer[name] = value
            document.apply_state({name: value})
        else:
            peer[name] = value
            document.apply_patch(patch, Write(name))
            document.refresh()
            state[name] = value if step == "patch" else state[name]
        assert_scalars_are_held(document)
        if step == "advance":
            peer = apply(peer, patch_to(document, state))
            assert_scalars_are_held(document)
            assert equal(peer, state)
            assert equal(document.value(), state)


def assert_scalars_are_held(document: PeerSnapshot) -> None:
    for name, scalar in document._scalars.items():
        if type(scalar) is not object:  # the mark of an attribute that is always compared
            held = document._snapshots[name]
            assert held is not None
            assert held.text == dump(scalar).text


def test_nan_is_reported_where_the_peer_holds_null() -> None:
    found = PeerSnapshot(texts({"a": None})).advance([("a", lambda: math.nan)], None, {})
    assert found is not None
    assert isinstance(found.errors["a"], NotJSON)
