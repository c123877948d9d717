"""Tests of `ws_sync._core.json.equality`."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given

from tests.ws_sync.strategies import values
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.equality import equal


@given(values)
def test_equal_holds_for_a_copy(value: JSON) -> None:
    assert equal(value, copy.deepcopy(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), ([1, {"a": 2.0}], [1.0, {"a": 2}]), ({"a": 1, "b": 2}, {"b": 2, "a": 1})],
    ids=["number", "nested", "order"],
)
def test_equal_holds_for_the_same_value_in_another_form(one: JSON, other: JSON) -> None:
    assert equal(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0.0, False),
        (0, None),
        ("1", 1),
        ("", None),
        (1, 1.5),
        ([1], [True]),
        ([1], [1, 2]),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"b": 1}),
        ([], {}),
    ],
    ids=lambda value: repr(value),
)
def test_equal_tells_json_types_apart(one: JSON, other: JSON) -> None:
    assert not equal(one, other)
    assert not equal(other, one)
