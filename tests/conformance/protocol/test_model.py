"""The model: assignments, writes of a client and their refusal."""

from __future__ import annotations

import pytest

from conformance.protocol.contract import initial_state
from conformance.protocol.model import Model
from conformance.protocol.wire import JSON


@pytest.fixture
def model() -> Model:
    """The model of a new session."""
    return Model({"TESTEE": initial_state(), "SECOND": {"value": 0}})


def test_assignment_derives_the_count(model: Model) -> None:
    model.assign({"items": [1, 2]})
    assert model.state["itemCount"] == 2
    assert not model.unsynced


def test_quiet_assignment_lets_a_client_hold_either_value(model: Model) -> None:
    model.assign({"text": "new"}, sync=False)
    assert model.held("text", "")
    assert model.held("text", "new")
    assert not model.held("text", "other")
    model.synced()
    assert not model.held("text", "")


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "remove", "path": "/text"}],
        [{"op": "add", "path": "/nothing", "value": 1}],
        [{"op": "replace", "path": "/itemCount", "value": 1}],
        [{"op": "replace", "path": "/itemCount", "value": False}],
        [{"op": "replace", "path": "/text", "value": 1}, {"op": "remove", "path": "/table/x"}],
        [{"op": "replace", "path": "", "value": 5}],
    ],
    ids=lambda operations: operations[-1]["path"],
)
def test_patch_that_is_to_be_refused_changes_nothing(model: Model, operations: JSON) -> None:
    before = dict(model.state)
    assert not model.patched("TESTEE", operations)
    assert model.state == before


def test_patch_lets_a_client_hold_the_old_count_until_the_next_sync(model: Model) -> None:
    assert model.patched("TESTEE", [{"op": "add", "path": "/items/-", "value": 1}])
    assert model.state["itemCount"] == 1
    assert model.held("itemCount", 0)


def test_set_of_something_else_is_to_be_refused(model: Model) -> None:
    assert not model.set("TESTEE", {"text": "x", "nothing": 1})
    assert not model.set("TESTEE", [])
    assert model.state["text"] == ""
    assert model.set("TESTEE", {"text": "x"})
    assert model.state["text"] == "x"
