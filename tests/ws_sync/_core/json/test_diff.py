"""Tests of `ws_sync._core.json.diff`."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync.strategies import scalars, values
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.diff import diff
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply

ROWS = [{"id": number, "tags": ["x"], "done": False} for number in range(10)]


@given(values, values)
def test_diff_makes_the_new_value_of_the_old_one(old: JSON, new: JSON) -> None:
    assert equal(apply(old, diff(old, new)), new)


@given(st.lists(scalars, max_size=12), st.lists(scalars, max_size=12))
def test_diff_makes_the_new_array_of_the_old_one(old: JSON, new: JSON) -> None:
    assert equal(apply(old, diff(old, new)), new)


@given(st.permutations(list(range(8))))
def test_diff_of_a_permutation_moves_only_what_lost_its_order(new: list[int]) -> None:
    old = list(range(8))
    patch = diff(old, new)
    assert apply(old, patch) == new
    assert len(patch) <= 2 * len(old)


@given(values, values)
def test_diff_uses_plain_operations(old: JSON, new: JSON) -> None:
    assert {operation["op"] for operation in diff(old, new)} <= {"add", "remove", "replace"}


@given(values)
def test_diff_of_equal_values_is_empty(value: JSON) -> None:
    assert diff(value, copy.deepcopy(value)) == []


LONG_INTEGER = [{"op": "remove", "path": "/0"}, {"op": "replace", "path": "/1", "value": 3}]


def insert_and_change(rows: list[Any]) -> None:
    rows.insert(0, {})
    rows[7]["done"] = True


def move(rows: list[Any], source: int, target: int) -> None:
    rows.insert(target, rows.pop(source))


EDITS: dict[str, tuple[Callable[[list[Any]], object], int]] = {
    "insert at the front": (lambda rows: rows.insert(0, {"id": -1}), 1),
    "insert": (lambda rows: rows.insert(5, {"id": -1}), 1),
    "append": (lambda rows: rows.append({"id": -1}), 1),
    "remove": (lambda rows: rows.pop(3), 1),
    "remove the first": (lambda rows: rows.pop(0), 1),
    "change a leaf": (lambda rows: rows[4].update(done=True), 1),
    "change a nested leaf": (lambda rows: rows[4]["tags"].append("y"), 1),
    "move forwards": (lambda rows: move(rows, 1, 8), 2),
    "move backwards": (lambda rows: move(rows, 8, 1), 2),
    "move the last to the front": (lambda rows: move(rows, 9, 0), 2),
    "swap neighbours": (lambda rows: move(rows, 4, 5), 2),
    "insert a copy": (lambda rows: rows.insert(3, copy.deepcopy(rows[3])), 1),
    "insert and change": (insert_and_change, 2),
}


@pytest.mark.parametrize(("edit", "count"), EDITS.values(), ids=EDITS.keys())
def test_diff_of_a_common_edit_is_as_short_as_it_can_be(
    edit: Callable[[list[Any]], object], count: int
) -> None:
    rows = copy.deepcopy(ROWS)
    edit(rows)
    patch = diff(ROWS, rows, "/rows")
    assert len(patch) == count
    assert apply({"rows": ROWS}, patch) == {"rows": rows}


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        (1, True, [{"op": "replace", "path": "", "value": True}]),
        ([1], [True], [{"op": "replace", "path": "/0", "value": True}]),
        ([1], [1.0], []),
        ({"a/b": 1}, {"a/b": 2}, [{"op": "replace", "path": "/a~1b", "value": 2}]),
        ({"~": 1}, {}, [{"op": "remove", "path": "/~0"}]),
        ({}, {"": 1}, [{"op": "add", "path": "/", "value": 1}]),
        ([], {}, [{"op": "replace", "path": "", "value": {}}]),
        ([0, 10**30, 2], [10**30, 3], LONG_INTEGER),
    ],
    ids=[
        "type",
        "type in an array",
        "form",
        "slash",
        "tilde",
        "empty name",
        "kind",
        "long integer",
    ],
)
def test_diff_respects_types_and_escapes(old: JSON, new: JSON, patch: JSON) -> None:
    assert diff(old, new) == patch


class Counted:
    """Counts the calls of Python functions, and the bytes that they return."""

    work = 0

    def __enter__(self) -> Counted:
        self._before = sys.getprofile()
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)

    def _count(self, _: object, event: str, result: object) -> None:
        self.work += event == "call"
        self.work += len(result) if event == "return" and type(result) is bytes else 0


@pytest.mark.parametrize("ends", [(0, 0, 0, 0), (1, 2, 3, 4)], ids=["same ends", "other ends"])
def test_diff_compares_a_part_no_more_often_if_it_is_deep(ends: tuple[int, ...]) -> None:
    def nested(depth: int, first: int, value: int, last: int) -> JSON:
        inner: JSON = [*[0] * 5000, value, *[0] * 5000]
        for _ in range(depth):
            inner = [first, inner, last]
        return inner

    def work(depth: int) -> int:
        old, new = nested(depth, ends[0], 1, ends[1]), nested(depth, ends[2], 2, ends[3])
        with Counted() as counted:
            found = diff(old, new)
        assert apply(old, found) == new
        return counted.work

    assert work(100) < 10 * work(2)
