"""Tests of `ws_sync._binding.in_place_update`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, PrivateAttr

from ws_sync._binding.in_place_update import InPlaceUpdate
from ws_sync._core.json.patch import Draft


class Node(BaseModel):
    value: int = 0
    children: list[Node] = []
    _mark: str = PrivateAttr("")


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    value: int = 0


@dataclass
class Pair:
    left: Any
    right: Any = None


def written(live: Any, json: Any, *patch: dict[str, Any]) -> tuple[InPlaceUpdate, Any]:
    """Return an update of a live value, and its JSON after a patch."""
    draft = Draft({"it": json})
    draft.apply(list(patch))
    update = InPlaceUpdate(draft.original)
    update.map_live(json, live)
    return update, draft.document["it"]


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def test_models_keep_their_identity_and_what_is_private() -> None:
    live = Node(children=[Node(value=1), Node(value=2)])
    children, (first, second) = live.children, live.children
    second._mark = "mine"
    update, json = written(live, live.model_dump(), replace("/it/children/1/value", 5))
    assert update.update(Node.model_validate(json), json) is live
    assert live.children is children
    assert (children[0] is first, children[1] is second) == (True, True)
    assert (second.value, second._mark) == (5, "mine")
    assert second.model_fields_set == {"value", "children"}
    update.undo()
    assert (first.value, second.value, live.children is children) == (1, 2, True)


def test_alias_is_used_once_and_frozen_objects_are_replaced() -> None:
    shared, frozen = Node(value=1), Frozen(value=1)
    live = Pair([shared, shared], frozen)
    json = {"left": [shared.model_dump(), shared.model_dump()], "right": {"value": 1}}
    patch = replace("/it/left/0/value", 5), replace("/it/right/value", 6)
    update, after = written(live, json, *patch)
    new = Pair([Node(value=5), Node(value=1)], Frozen(value=6))
    assert update.update(new, after) is live
    assert [node.value for node in live.left] == [5, 1]
    assert live.left[0] is shared
    assert (frozen.value, live.right.value) == (1, 6)


def test_what_the_client_has_not_touched_is_left_alone() -> None:
    shared = [1]
    live = {"a": shared, "b": shared, "c": [2]}
    update, after = written(live, live, replace("/it/c/0", 3))
    assert update.update({"a": [1], "b": [1], "c": [3]}, after) is live
    assert live["a"] is live["b"] is shared
    assert live["c"] == [3]
    update.undo()
    assert live == {"a": [1], "b": [1], "c": [2]}


def test_value_of_another_type_or_length_takes_the_place() -> None:
    live = Pair([1, 2])
    update, after = written(live, {"left": [1, 2], "right": None}, replace("/it/left", [1, 2, 3]))
    assert update.update(Pair([1, 2]), after) is live  # the type has changed its length
    assert live.left == [1, 2]
    update, after = written(live, {"left": [1, 2]}, replace("/it/left/0", 5))
    new = Node()
    assert update.update(new, after) is new
