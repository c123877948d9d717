"""Writes of which only the present state is known."""

from __future__ import annotations

import jsonpatch
import pytest

from conformance.blackbox.alterations import alteration, alterations
from conformance.protocol.wire import JSON


@pytest.mark.io
@pytest.mark.parametrize(
    ("value", "altered"),
    [
        (True, False),
        (0, 1),
        (2**53 - 1, 2**53 - 2),
        (1.5, 2.5),
        ("", "~"),
        (["a"], ["a", "a"]),
        ({"a/b~": {"c": None, "d": 1}}, {"a/b~": {"c": None, "d": 2}}),
    ],
    ids=["boolean", "zero", "largest", "fraction", "text", "array", "nested-object"],
)
def test_altered_value_is_another_of_its_kind(value: JSON, altered: JSON) -> None:
    state = {"x/y": value}
    operation = alteration(value, "x/y")
    assert operation is not None
    assert jsonpatch.apply_patch(state, [operation]) == {"x/y": altered}


@pytest.mark.parametrize(
    ("value", "altered"),
    [
        (False, True),
        (1, 0),
        (1 - 2**53, 2 - 2**53),
        ("a~", "a"),
        ("a", "a~"),
        (["a", "b"], ["a"]),
        (["a"], ["a", "a"]),
        ({"a": None, "b": [{"c": 1}, 2]}, {"a": None, "b": [{"c": 1}]}),
    ],
    ids=["boolean", "one", "least", "longer", "text", "array", "last-one", "nested-array"],
)
def test_value_altered_downwards_is_less_where_that_leaves_something(
    value: JSON, altered: JSON
) -> None:
    state = {"x": value}
    operation = alteration(value, "x", down=True)
    assert operation is not None
    assert jsonpatch.apply_patch(state, [operation]) == {"x": altered}


@pytest.mark.parametrize("value", [None, [], {}, {"a": None}], ids=str)
def test_value_without_another_of_its_kind_is_left_alone(value: JSON) -> None:
    assert alteration(value, "x") is None


def test_attribute_that_changes_by_itself_is_left_alone() -> None:
    states: dict[str, JSON] = {"A": {"ticks": 1, "text": "a"}}
    found = [(key, name) for key, name, _ in alterations(states, {("A", "ticks")})]
    assert found == [("A", "text")]
