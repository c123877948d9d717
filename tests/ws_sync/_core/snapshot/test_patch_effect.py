"""Tests of `ws_sync._core.snapshot.patch_effect`."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync.strategies import values
from ws_sync._core.json.codec import JSON, write_own
from ws_sync._core.json.diff import Operation, diff
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import apply
from ws_sync._core.snapshot.patch_effect import any_moves, is_effect, operations_by_name

OLD = {"a": {"x": 1, "y": [1, 2, 3], "z": {"n": [1]}}}


def replace(path: str, value: JSON) -> Operation:
    return {"op": "replace", "path": path, "value": value}


EFFECTS: dict[str, tuple[list[Operation], Any]] = {
    "same operation": ([{"op": "remove", "path": "/a/x"}], None),
    "same operations": ([replace("/a/x", 2), {"op": "add", "path": "/a/y/3", "value": 4}], None),
    "append": ([{"op": "add", "path": "/a/y/-", "value": 4}], None),
    "replaced in parts": ([replace("/a/z", {"n": [1, 2], "m": 1})], None),
    "replaced in another order": ([replace("/a/z", 1), replace("/a/x", 2)], None),
    "replaced by an equal value": ([replace("/a/x", 1.0)], None),
}
OTHERS: dict[str, tuple[list[Operation], Any]] = {
    "another place too": ([replace("/a/x", 2)], lambda new: new.update(y=[])),
    "another value": ([replace("/a/x", 2)], lambda new: new.update(x=3)),
    "another element removed": ([{"op": "remove", "path": "/a/y/0"}], lambda new: new["y"].pop()),
    "one more append": (
        [{"op": "add", "path": "/a/y/-", "value": 4}], lambda new: new["y"].append(4),
    ),
    "an element before it": (
        [{"op": "add", "path": "/a/y/-", "value": 4}], lambda new: new.update(y=[4, 1, 2, 3]),
    ),
    "replaced element removed": ([replace("/a/y/1", 3)], lambda new: new.update(y=[1, 3])),
    "places in one another": ([replace("/a/z", {"n": [1]}), replace("/a/z/n", 5)], None),
}  # fmt: skip


@pytest.mark.parametrize(("patch", "also"), EFFECTS.values(), ids=EFFECTS)
def test_effect_of_a_patch_is_recognised(patch: list[Operation], also: Any) -> None:
    assert is_effect(*_changed(patch, also))


@pytest.mark.parametrize(("patch", "also"), OTHERS.values(), ids=OTHERS)
def test_other_changes_are_not_an_effect(patch: list[Operation], also: Any) -> None:
    assert not is_effect(*_changed(patch, also))


def _changed(patch: list[Operation], also: Any) -> tuple[list[bytes], list[Operation], JSON]:
    new = copy.deepcopy(apply(OLD, patch))
    if also is not None:
        also(new["a"])
    return [write_own(each) for each in diff(OLD, new)], patch, new


@given(values, values, st.data())
def test_what_is_taken_for_an_effect_is_one(old: JSON, new: JSON, data: st.DataObject) -> None:
    one, other = {"a": old}, {"a": new}
    patch = diff(one, {"a": data.draw(st.sampled_from([old, new]) | values)})
    if is_effect([write_own(each) for each in diff(one, other)], patch, other):
        assert equal(apply(one, patch), other)


def test_operations_are_sorted_by_attribute() -> None:
    ignored = {**replace("/a/x", 1), "from": 5}  # patch-extra-members
    patch = [{"op": "test", "path": "/a", "value": 1}, ignored, replace("/ab", 1)]
    assert operations_by_name(patch) == {"a": patch[:2], "ab": patch[2:]}
    assert not any_moves(patch)
    move = {"op": "move", "from": "/a/x", "path": "/a/y"}
    assert any_moves([*patch, move])
    assert operations_by_name([move]) == {"a": [move]}
    for other in ({"op": "copy", "from": "/a", "path": "/b"}, replace("", {})):
        assert operations_by_name([*patch, other]) is None
