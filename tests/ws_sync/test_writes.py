"""Tests of `ws_sync.writes`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ws_sync.attributes import Attribute
from ws_sync.codec import JSON, MAX_VALUE_DEPTH
from ws_sync.exceptions import RefusedPatch, RefusedState
from ws_sync.writes import Write, state_patch


@dataclass
class Point:
    x: int


class Thing:
    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    @property
    def constant(self) -> list[int]:
        return [1]


def attributes(thing: Thing) -> dict[str, Attribute]:
    return {name: Attribute.of(thing, name, name) for name in [*vars(thing), "constant"]}


def write(thing: Thing, *patch: JSON) -> None:
    Write(attributes(thing), list(patch)).commit()


def test_move_between_attributes_leaves_both_as_the_result_says() -> None:
    thing = Thing(a=[1, 2], b=[3])
    a, b = vars(thing)["a"], vars(thing)["b"]
    write(thing, {"op": "move", "from": "/a/0", "path": "/b/-"})
    assert (a, b) == ([2], [3, 1])


def test_copy_makes_no_alias() -> None:
    thing = Thing(a={"x": 1}, b=None)
    write(thing, {"op": "copy", "from": "/a", "path": "/b"})
    vars(thing)["b"]["x"] = 2
    assert vars(thing)["a"] == {"x": 1}


def test_value_of_other_types_is_replaced_by_its_json_form() -> None:
    thing = Thing(a=(1, Point(2)), b={3: 4})
    write(thing, {"op": "replace", "path": "/a/1/x", "value": 5})
    write(thing, {"op": "replace", "path": "/b/3", "value": 6})
    assert vars(thing) == {"a": [1, {"x": 5}], "b": {"3": 6}}


def test_value_without_json_form_can_be_replaced() -> None:
    thing = Thing(a=object(), b=float("nan"))
    write(
        thing,
        {"op": "replace", "path": "/a", "value": 1},
        {"op": "replace", "path": "/b", "value": 2.5},
    )
    assert vars(thing) == {"a": 1, "b": 2.5}


def test_read_only_attribute_may_be_tested_and_written_with_its_own_value() -> None:
    thing = Thing(a=1)
    write(
        thing,
        {"op": "test", "path": "/constant", "value": [1]},
        {"op": "replace", "path": "/constant", "value": [1.0]},
        {"op": "replace", "path": "/a", "value": 2},
    )
    assert vars(thing) == {"a": 2}


def test_result_that_is_too_deep_is_refused() -> None:
    deep: JSON = []
    for _ in range(MAX_VALUE_DEPTH - 1):
        deep = [deep]
    thing = Thing(a=deep)
    with pytest.raises(RefusedPatch, match="deep"):
        write(thing, {"op": "add", "path": "/a" + "/0" * (MAX_VALUE_DEPTH - 1) + "/-", "value": []})


def test_patch_that_names_no_attribute_is_refused_by_its_operation() -> None:
    with pytest.raises(RefusedPatch, match="no member 'x'"):
        write(Thing(a=1), {"op": "replace", "path": "/x", "value": 1})


def test_setter_that_fails_in_undoing_does_not_stop_the_others() -> None:
    class Moody(Thing):
        def __setattr__(self, name: str, value: object) -> None:
            if name == "z" or (name == "b" and value == 1):
                raise ValueError(name)
            super().__setattr__(name, value)

    thing = Moody(a=1, b=1, z=1)
    with pytest.raises(RefusedState, match="'z'"):
        write(thing, *({"op": "replace", "path": f"/{name}", "value": 2} for name in "abz"))
    assert vars(thing) == {"a": 1, "b": 2, "z": 1}


def test_state_patch_names_only_what_changes() -> None:
    thing = Thing(a=[1, 2], b=1)
    state = {"a": [1, 2, 3], "b": 1, "constant": "ignored"}
    assert state_patch(attributes(thing), state) == [{"op": "add", "path": "/a/2", "value": 3}]
