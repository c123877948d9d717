"""Tests of `ws_sync._core.protocol.replica`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync._core.json.test_three_way_merge import VALUES
from ws_sync._core.json.codec import is_deeper
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply
from ws_sync._core.protocol.replica import MAX_VERSIONS, Replica, changes
from ws_sync.exceptions import RefusedPatch, RefusedState


def replica_of(state: Any) -> Replica:
    replica = Replica()
    replica.apply_state(state)
    return replica


def replacing(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def test_state_that_is_no_object_is_refused_and_changes_nothing() -> None:
    replica = replica_of({"a": 1})
    with pytest.raises(RefusedState):
        replica.apply_state([1])
    assert replica.value == {"a": 1}
    assert replica.is_following


def test_edit_is_one_patch_and_is_sent_once() -> None:
    replica = replica_of({"a/b": 1, "c": [1, 2]})
    replica.edit({"a/b": 2, "c": [1]}, send=True)
    assert replica.is_due
    patch = replica.take_patch()
    assert apply({"a/b": 1, "c": [1, 2]}, patch) == {"a/b": 2, "c": [1]}
    assert not replica.is_due
    assert replica.take_patch() is None


def test_edit_that_changes_nothing_sends_nothing() -> None:
    replica = replica_of({"a": [1]})
    replica.edit({"a": [1]}, send=True)
    assert replica.take_patch() is None


def operations(*given: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return operations, given name, path and source; without a source the value is `[]`."""
    return [
        {"op": op, "path": path, **({"from": source[0]} if source else {"value": []})}
        for op, path, *source in given
    ]


def follow(replica: Replica, patch: list[dict[str, Any]], times: int) -> None:
    for _ in range(times):
        replica.apply_patch(patch)


@pytest.mark.parametrize("rounds", [1, 2000])
def test_patches_that_nest_the_document_without_measure_are_refused(rounds: int) -> None:
    replica = replica_of({"a": 1})
    deeper = operations(("add", "/b"), ("move", "/b/0", "/a"), ("move", "/a", "/b"))
    with pytest.raises(RefusedPatch, match="nested too deep"):
        follow(replica, deeper * rounds, 200)
    assert not replica.is_following
    assert not is_deeper(replica.value, 126)


def test_patches_that_let_the_document_grow_without_measure_are_refused() -> None:
    replica = replica_of({"a": ["x" * 1_000_000]})
    with pytest.raises(RefusedPatch, match="larger than"):
        follow(replica, operations(("copy", "/a/-", "/a")), 10)
    assert len(str(replica.value)) < 1 << 27


def test_patch_that_can_not_be_applied_leaves_the_copy_and_stops_patches_until_the_state() -> None:
    replica = replica_of({"a": 1})
    with pytest.raises(RefusedPatch):
        replica.apply_patch([*replacing("/a", 2), *replacing("/b", 1)])
    assert replica.value == {"a": 1}
    replica.edit({"a": 5}, send=True)
    assert replica.take_patch() is None
    replica.apply_state({"a": 1, "b": 1})
    assert replica.take_patch() == replacing("/a", 5)


def test_patch_that_leaves_no_object_is_refused() -> None:
    replica = replica_of({"a": 1})
    with pytest.raises(RefusedPatch, match="must be an object, not a number"):
        replica.apply_patch(replacing("", 5))


def test_patch_before_a_state_is_refused() -> None:
    with pytest.raises(RefusedPatch, match="no state"):
        Replica().apply_patch([])


def test_patch_of_the_server_goes_below_edits_that_were_not_sent() -> None:
    replica = replica_of({"items": ["a"], "text": ""})
    replica.edit({"items": ["a", "mine"], "text": ""}, send=False)
    replica.apply_patch([{"op": "add", "path": "/items/0", "value": "theirs"}])
    assert replica.value["items"] == ["theirs", "a", "mine"]
    replica.edit(replica.value, send=True)
    assert replica.take_patch() == [{"op": "add", "path": "/items/2", "value": "mine"}]


def test_edit_without_a_connection_is_expressed_against_the_new_state() -> None:
    replica = replica_of({"items": ["a", "b"], "text": "old"})
    replica.disconnect()
    replica.edit({"items": ["a", "B"], "text": "mine"}, send=True)
    assert replica.take_patch() is None
    replica.apply_state({"items": ["new", "a", "b"], "text": "theirs"})
    patch = replica.take_patch()
    assert patch is not None
    assert apply({"items": ["new", "a", "b"], "text": "theirs"}, patch) == {
        "items": ["new", "a", "B"],
        "text": "mine",
    }


def test_edit_whose_place_is_gone_is_dropped() -> None:
    replica = replica_of({"items": [{"n": 1}], "table": {"x": {"y": 1}}})
    replica.disconnect()
    replica.edit({"items": [{"n": 2}], "table": {"x": {"y": 2}}}, send=True)
    replica.apply_state({"items": [], "table": {}})
    assert replica.value == {"items": [], "table": {}}
    assert replica.take_patch() is None


def test_sent_edit_that_was_lost_is_sent_again() -> None:
    replica = replica_of({"a": 1})
    replica.edit({"a": 2}, send=True)
    assert replica.take_patch()
    replica.disconnect()
    replica.apply_state({"a": 1})
    assert replica.is_due
    assert replica.take_patch() == replacing("/a", 2)


def test_sent_edit_that_arrived_is_not_sent_again() -> None:
    replica = replica_of({"items": ["a"]})
    replica.edit({"items": ["a", "mine"]}, send=True)
    assert replica.take_patch()
    replica.disconnect()
    replica.apply_state({"items": ["a", "mine", "theirs"]})
    assert replica.value == {"items": ["a", "mine", "theirs"]}
    assert not replica.is_due


def test_confirmed_edit_is_not_made_again_when_others_have_taken_it_back() -> None:
    replica = replica_of({"a": 1})
    replica.edit({"a": 2}, send=True)
    assert replica.take_patch()
    replica.confirm(replica.mark())
    assert not replica.is_pending
    replica.disconnect()
    replica.apply_state({"a": 1})
    assert replica.value == {"a": 1}
    assert not replica.is_due


def test_later_edit_is_not_confirmed_by_an_earlier_mark() -> None:
    replica = replica_of({"a": 1})
    replica.edit({"a": 2}, send=True)
    replica.take_patch()
    mark = replica.mark()
    replica.edit({"a": 3}, send=True)
    replica.take_patch()
    replica.confirm(mark)
    assert replica.is_pending


def test_patch_that_fits_only_what_was_sent_confirms_it() -> None:
    replica = replica_of({"items": []})
    replica.edit({"items": ["mine"]}, send=True)
    replica.take_patch()
    replica.apply_patch(replacing("/items/0", "changed"))
    replica.disconnect()
    replica.apply_state({"items": []})
    assert replica.value == {"items": []}
    assert not replica.is_due


def test_patch_beside_what_was_sent_does_not_confirm_it() -> None:
    replica = replica_of({"a": 1, "b": 1})
    replica.edit({"a": 2, "b": 1}, send=True)
    replica.take_patch()
    replica.apply_patch(replacing("/b", 2))
    replica.disconnect()
    replica.apply_state({"a": 1, "b": 2})
    assert replica.take_patch() == replacing("/a", 2)


def test_state_of_the_same_connection_replaces_what_was_sent() -> None:
    replica = Replica()
    assert not replica.has_state
    replica.apply_state({"a": 1, "b": 1})
    assert replica.has_state
    replica.edit({"a": 2, "b": 1}, send=True)
    replica.take_patch()
    replica.apply_state({"a": 1, "b": 3})
    assert replica.value == {"a": 1, "b": 3}
    assert not replica.is_due


def test_state_that_is_sent_while_there_is_none_of_the_connection_is_not_confirmed() -> None:
    replica = replica_of({"a": 1})
    replica.disconnect()
    replica.edit({"a": 2}, send=True)
    assert replica.take_state() == {"a": 2}
    replica.confirm(replica.mark())
    assert replica.is_pending


def test_sent_state_counts_as_sent() -> None:
    replica = replica_of({"items": []})
    replica.edit({"items": [1]}, send=False)
    assert replica.take_state() == {"items": [1]}
    assert replica.take_patch() is None


def test_patch_of_an_attribute_is_not_longer_than_to_replace_it() -> None:
    assert changes({"a": ["x", "y", "z"]}, {"a": []}) == replacing("/a", [])
    assert changes({"a": 1}, {"b": 1}) == [
        {"op": "remove", "path": "/a"},
        {"op": "add", "path": "/b", "value": 1},
    ]


@given(st.dictionaries(st.sampled_from(["a/", "~b"]), VALUES), st.data())
def test_patch_leads_from_what_the_server_has_to_what_the_user_sees(old: Any, data: Any) -> None:
    states = st.dictionaries(st.sampled_from(["a/", "~b"]), VALUES)
    replica = replica_of(old)
    replica.edit(data.draw(states), send=data.draw(st.booleans()))
    server = old
    if data.draw(st.booleans()):
        replica.disconnect()
        server = data.draw(states)
        replica.apply_state(server)
    patch = replica.take_patch()
    assert equal(apply(server, patch or []), replica.value)
    assert not replica.is_due


def sent_replica(*values: Any) -> Replica:
    """Return a replica that has sent each value of `a`, without a confirmation."""
    replica = replica_of({"a": 0, "b": 0})
    for value in values:
        replica.edit({**replica.value, "a": value}, send=True)
        assert replica.take_patch()
    return replica


def test_more_sends_than_are_remembered_keep_the_confirmed_version_and_the_newest() -> None:
    replica = sent_replica(*range(1, MAX_VERSIONS + 10))
    replica.disconnect()
    replica.apply_state({"a": 0, "b": 0})  # none of the sends has arrived
    assert replica.value["a"] == MAX_VERSIONS + 9
    assert replica.take_patch() == replacing("/a", MAX_VERSIONS + 9)


def test_patch_that_makes_an_earlier_version_no_object_shows_that_a_later_send_has_arrived() -> (
    None
):
    replica = sent_replica({"a": 5})
    replica.apply_patch([{"op": "copy", "from": "/a", "path": ""}])
    assert replica.value == {"a": 5}


def test_value_that_another_client_has_written_replaces_sends_that_may_be_older() -> None:
    replica = sent_replica(1, 2)
    replica.disconnect()
    replica.apply_state({"a": 9, "b": 0})  # it agrees with no version
    assert replica.value == {"a": 9, "b": 0}
    assert replica.take_patch() is None


def test_state_that_others_have_written_to_shows_which_sends_have_arrived() -> None:
    replica = replica_of({"a": 0, "b": 0, "c": 0})
    for edit in ({"a": 1}, {"b": 1}):
        replica.edit({**replica.value, **edit}, send=True)
        assert replica.take_patch()
    replica.disconnect()
    replica.apply_state({"a": 1, "b": 0, "c": 9})  # only the first send has arrived
    assert replica.value == {"a": 1, "b": 1, "c": 9}
    assert replica.take_patch() == replacing("/b", 1)
