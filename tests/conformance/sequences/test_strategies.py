"""What generated sequences are made of."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.protocol import contract
from conformance.protocol.contract import INITIAL
from conformance.protocol.model import Model
from conformance.protocol.pointers import places
from conformance.protocol.wire import JSON
from conformance.sequences.edits import SPOILERS, rearranged
from conformance.sequences.steps import STEPS, Step
from conformance.sequences.strategies import DRAWERS, kinds_for, programs, signature

FEATURES = frozenset(contract.FEATURES)


@settings(max_examples=50, deadline=None)
@given(programs(FEATURES, ()))
def test_program_is_json(program: list[Step]) -> None:
    assert json.loads(json.dumps(program)) == program


@settings(max_examples=50, deadline=None)
@given(programs(frozenset(), [("patch",)]))
def test_program_keeps_to_features_and_follows_no_known_recipe(program: list[Step]) -> None:
    assert {step["do"] for step in program} <= kinds_for(frozenset()).keys()
    assert "patch" not in map(signature, program)


@settings(max_examples=100, deadline=None)
@given(programs(frozenset(), [("quietly", "publish")]))
def test_recipe_of_two_steps_forbids_only_the_second_after_the_first(program: list[Step]) -> None:
    signs = [signature(step) for step in program]
    if "quietly" in signs:
        assert "publish" not in signs[signs.index("quietly") :]


def test_every_kind_of_step_is_drawn_and_can_be_taken() -> None:
    assert kinds_for(FEATURES).keys() == STEPS.keys()
    assert DRAWERS.keys() <= STEPS.keys()


def test_places_are_escaped_pointers() -> None:
    assert list(places({"a/b": [{"~": 1}]})) == ["/a~1b", "/a~1b/0", "/a~1b/0/~0"]


@given(st.data())
def test_rearrangement_leaves_the_array_itself_alone(data: st.DataObject) -> None:
    array = ["a", "b", "c"]
    data.draw(rearranged(array))
    assert array == ["a", "b", "c"]


LENIENT = {"/items/00", "/table/inside"}
"""The `jsonpatch` library takes an index with a leading zero, and moves a value into itself."""


@pytest.mark.parametrize("operation", SPOILERS, ids=str)
def test_spoiler_is_to_be_refused(operation: JSON) -> None:
    model = Model({"TESTEE": {**INITIAL, "features": []}})
    if operation == 5 or operation.get("path") not in LENIENT:
        assert not model.patched("TESTEE", [operation])
