"""Tests of `ws_sync._binding.write.write`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from ws_sync._binding.attributes import Attribute, to_json
from ws_sync._binding.write.write import Write, state_patch
from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH
from ws_sync._core.json.patch import MAX_OPERATIONS
from ws_sync.exceptions import RefusedPatch, RefusedState


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


class Plain(list[Any]):
    pass


FOREIGN = {
    "dataclass": Point(2),
    "tuple": (1, 2),
    "number as name": {3: 4},
    "subclass": Plain([1]),
    "below a list": [Point(2)],
}


@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN.keys())
def test_value_of_other_types_is_not_written_into(value: Any) -> None:
    """A write of the client must not change the type of a value."""
    thing = Thing(a=value)
    ((name, _),) = diff_names(value)
    with pytest.raises(RefusedPatch, match="can only be replaced"):
        write(thing, {"op": "replace", "path": f"/a/{name}", "value": 5})
    assert vars(thing)["a"] is value
    write(thing, {"op": "replace", "path": "", "value": {"a": to_json(value), "constant": [1]}})
    assert vars(thing)["a"] is value
    write(thing, {"op": "replace", "path": "/a", "value": [5]})
    assert vars(thing)["a"] == [5]


class Mode(StrEnum):
    FAST = "fast"
    SLOW = "slow"


def test_members_of_an_enum_of_texts_are_texts_in_containers() -> None:
    by_mode: dict[str, Any] = {Mode.FAST: [1], "other": 2}
    modes = [Mode.FAST]
    thing = Thing(a=by_mode, b=modes)
    write(
        thing,
        {"op": "replace", "path": "/a/fast/0", "value": 3},
        {"op": "add", "path": "/a/slow", "value": 4},
        {"op": "replace", "path": "/b/0", "value": "slow"},
    )
    assert by_mode == {Mode.FAST: [3], "other": 2, Mode.SLOW: 4}
    assert next(iter(by_mode)) is Mode.FAST
    assert modes == [Mode.SLOW]


def diff_names(value: Any) -> list[tuple[str, Any]]:
    """Return the first member of a value, by its name in JSON."""
    known = to_json(value)
    members = known.items() if isinstance(known, dict) else enumerate(known)
    return [(str(name), member) for name, member in members][:1]


def test_containers_of_the_class_are_replaced_and_never_written_to() -> None:
    class Shared(Thing):
        items = [{"x": 1}, {"x": 2}]  # noqa: RUF012  # as applications do

    one, other = Shared(), Shared()
    for index in (0, 1):
        names = {"items": Attribute.of(one, "items", "items")}
        patch = [{"op": "replace", "path": f"/items/{index}/x", "value": 5}]
        Write(names, patch).commit()
    assert one.items == [{"x": 5}, {"x": 5}]
    assert other.items == [{"x": 1}, {"x": 2}]


def test_undo_brings_every_container_back() -> None:
    thing = Thing(a=[{"x": 1}, 2], b={"y": [1]}, c=1)
    a, b = vars(thing)["a"], vars(thing)["b"]
    change = Write(
        attributes(thing),
        [
            {"op": "replace", "path": "/a/0/x", "value": 2},
            {"op": "remove", "path": "/a/1"},
            {"op": "add", "path": "/b/y/-", "value": 2},
            {"op": "replace", "path": "/c", "value": 2},
        ],
    )
    change.commit()
    assert (a, b, vars(thing)["c"]) == ([{"x": 2}], {"y": [1, 2]}, 2)
    change.undo()
    assert (a, b, vars(thing)["c"]) == ([{"x": 1}, 2], {"y": [1]}, 1)
    assert vars(thing)["a"] is a


def test_property_that_can_not_be_read_can_be_written() -> None:
    class Late:
        value: Any = None

        @property
        def late(self) -> Any:
            if self.value is None:
                raise RuntimeError("not yet")
            return self.value

        @late.setter
        def late(self, value: Any) -> None:
            self.value = value

    late = Late()
    patch = [{"op": "replace", "path": "/late", "value": 3}]
    Write({"late": Attribute.of(late, "late", "late")}, patch).commit()
    assert late.late == 3


def test_state_patch_of_very_many_differences_replaces_the_whole() -> None:
    thing = Thing(a=[])
    value = list(range(MAX_OPERATIONS + 1))
    patch = state_patch(attributes(thing), {"a": value})
    assert patch == [{"op": "replace", "path": "/a", "value": value}]
    write(thing, *patch)
    assert vars(thing)["a"] == value


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
    assert vars(thing) == {"a": 1, "b": 1, "z": 1}  # plain attributes are restored directly


def test_state_changes_only_what_differs() -> None:
    thing = Thing(a=[{"x": 1}, 2], b=1)
    items, first = vars(thing)["a"], vars(thing)["a"][0]
    patch = state_patch(attributes(thing), {"a": [{"x": 1}, 2, 3], "b": 1, "constant": "ignored"})
    change = Write(attributes(thing), patch)
    assert change.touched == {"a", "b"}
    change.commit()
    assert vars(thing) == {"a": [{"x": 1}, 2, 3], "b": 1}
    assert vars(thing)["a"] is items
    assert items[0] is first
