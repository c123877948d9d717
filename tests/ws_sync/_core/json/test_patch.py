"""Tests of `ws_sync._core.json.patch`."""

from __future__ import annotations

import copy
import json

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync.strategies import values
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import (
    MAX_GROWTH,
    MAX_OPERATIONS,
    MAX_SHIFTED,
    Draft,
    apply,
    rewrite_dict,
    rewrite_list,
)
from ws_sync.exceptions import RefusedPatch

DOCUMENT = {"a": {"b": [1, {"c": 2}]}, "d/e": "f", "g~h": None, "": 0}

APPLIED = {
    "add a member": ([{"op": "add", "path": "/x", "value": 1}], ("x", 1)),
    "add over a member": ([{"op": "add", "path": "/a", "value": 1}], ("a", 1)),
    "insert": ([{"op": "add", "path": "/a/b/0", "value": 0}], ("a", {"b": [0, 1, {"c": 2}]})),
    "insert at the end": (
        [{"op": "add", "path": "/a/b/2", "value": 3}],
        ("a", {"b": [1, {"c": 2}, 3]}),
    ),
    "append": ([{"op": "add", "path": "/a/b/-", "value": 3}], ("a", {"b": [1, {"c": 2}, 3]})),
    "remove an element": ([{"op": "remove", "path": "/a/b/0"}], ("a", {"b": [{"c": 2}]})),
    "replace a leaf": (
        [{"op": "replace", "path": "/a/b/1/c", "value": 3}],
        ("a", {"b": [1, {"c": 3}]}),
    ),
    "replace an element": (
        [{"op": "replace", "path": "/a/b/0", "value": None}],
        ("a", {"b": [None, {"c": 2}]}),
    ),
    "escaped": ([{"op": "replace", "path": "/d~1e", "value": 1}], ("d/e", 1)),
    "empty name": ([{"op": "replace", "path": "/", "value": 1}], ("", 1)),
    "move": ([{"op": "move", "from": "/a/b/1", "path": "/x"}], ("x", {"c": 2})),
    "move to itself": ([{"op": "move", "from": "/a", "path": "/a"}], ("a", DOCUMENT["a"])),
    "copy": ([{"op": "copy", "from": "/a/b", "path": "/x"}], ("x", [1, {"c": 2}])),
    "test": ([{"op": "test", "path": "/a/b/0", "value": 1.0, "comment": 1}], ("", 0)),
    "empty patch": ([], ("", 0)),
    "one after the other": (
        [
            {"op": "add", "path": "/x", "value": []},
            {"op": "add", "path": "/x/-", "value": {}},
            {"op": "add", "path": "/x/0/y", "value": 1},
        ],
        ("x", [{"y": 1}]),
    ),
}

REFUSED = {
    "object": {},
    "text": '[{"op":"remove","path":"/a"}]',
    "operation is text": ["x"],
    "operation is null": [None],
    "no op": [{"path": "/a"}],
    "unknown op": [{"op": "ADD", "path": "/a", "value": 1}],
    "op is not a string": [{"op": ["add"], "path": "/a", "value": 1}],
    "no path": [{"op": "remove"}],
    "path is a number": [{"op": "remove", "path": 1}],
    "no value": [{"op": "add", "path": "/a"}],
    "no value to replace": [{"op": "replace", "path": "/a"}],
    "no value to test": [{"op": "test", "path": "/a"}],
    "no from": [{"op": "move", "path": "/a"}],
    "from is null": [{"op": "copy", "path": "/a", "from": None}],
    "missing member": [{"op": "replace", "path": "/x", "value": 1}],
    "missing parent": [{"op": "add", "path": "/x/y", "value": 1}],
    "missing removed": [{"op": "remove", "path": "/x"}],
    "member of a scalar": [{"op": "add", "path": "/d~1e/0", "value": 1}],
    "below a scalar": [{"op": "test", "path": "/d~1e/0", "value": 1}],
    "far below a scalar": [{"op": "add", "path": "/d~1e/0/1", "value": 1}],
    "index beyond": [{"op": "add", "path": "/a/b/3", "value": 1}],
    "index of replace beyond": [{"op": "replace", "path": "/a/b/2", "value": 1}],
    "index with a zero": [{"op": "remove", "path": "/a/b/01"}],
    "dash in replace": [{"op": "replace", "path": "/a/b/-", "value": 1}],
    "dash in remove": [{"op": "remove", "path": "/a/b/-"}],
    "length": [{"op": "replace", "path": "/a/b/length", "value": 0}],
    "bad escape": [{"op": "remove", "path": "/g~2h"}],
    "remove the root": [{"op": "remove", "path": ""}],
    "move the root": [{"op": "move", "from": "", "path": "/a"}],
    "move into itself": [{"op": "move", "from": "/a", "path": "/a/b/0"}],
    "move what is missing to itself": [{"op": "move", "from": "/x", "path": "/x"}],
    "test fails": [{"op": "test", "path": "/a/b/0", "value": True}],
    "too many": [{"op": "test", "path": "/", "value": 0}] * (MAX_OPERATIONS + 1),
}


@pytest.mark.parametrize(("patch", "expected"), APPLIED.values(), ids=APPLIED.keys())
def test_apply_carries_out_each_operation(patch: JSON, expected: tuple[str, JSON]) -> None:
    name, value = expected
    assert equal(apply(DOCUMENT, patch)[name], value)


@pytest.mark.parametrize(("patch", "_expected"), APPLIED.values(), ids=APPLIED.keys())
def test_apply_never_changes_its_arguments(patch: JSON, _expected: object) -> None:
    document, before = copy.deepcopy(DOCUMENT), copy.deepcopy(patch)
    apply(document, patch)
    assert document == DOCUMENT
    assert patch == before


@pytest.mark.parametrize("patch", REFUSED.values(), ids=REFUSED.keys())
def test_apply_refuses_what_rfc_6902_does(patch: JSON) -> None:
    with pytest.raises(RefusedPatch):
        apply(DOCUMENT, patch)


def test_apply_leaves_document_unchanged_when_an_operation_fails() -> None:
    document = copy.deepcopy(DOCUMENT)
    with pytest.raises(RefusedPatch) as caught:
        apply(document, [{"op": "remove", "path": "/a/b/0"}, {"op": "remove", "path": "/x"}])
    assert document == DOCUMENT
    assert (caught.value.index, caught.value.operation) == (1, {"op": "remove", "path": "/x"})


@pytest.mark.parametrize("op", ["add", "replace"])
def test_apply_replaces_the_root(op: str) -> None:
    assert apply(DOCUMENT, [{"op": op, "path": "", "value": {"a": 1}}]) == {"a": 1}


def test_apply_copies_into_the_root_and_below_itself() -> None:
    assert apply({"a": [1]}, [{"op": "copy", "from": "/a", "path": ""}]) == [1]
    assert apply([1], [{"op": "copy", "from": "", "path": "/0"}]) == [[1], 1]


def test_apply_copies_values_that_do_not_share_parts() -> None:
    patch = [
        {"op": "copy", "from": "/a", "path": "/b"},
        {"op": "add", "path": "/a/x/-", "value": 1},
    ]
    assert apply({"a": {"x": []}}, patch) == {"a": {"x": [1]}, "b": {"x": []}}


def test_apply_refuses_a_patch_that_doubles_without_end() -> None:
    double = {"op": "copy", "from": "/a", "path": "/a/-"}
    with pytest.raises(RefusedPatch, match="copies too much"):
        apply({"a": ["x" * 100]}, [double] * 40)


def test_apply_counts_the_length_of_what_it_copies() -> None:
    copies = [{"op": "copy", "from": "/a", "path": "/b"}] * 3
    with pytest.raises(RefusedPatch, match="copies too much"):
        apply({"a": "x" * (MAX_GROWTH // 2)}, copies)
    with pytest.raises(RefusedPatch, match="copies too much"):
        apply({"a": {"x" * (MAX_GROWTH // 2): [1]}}, copies)


def test_apply_counts_the_digits_of_what_it_copies() -> None:
    copies = [{"op": "copy", "from": "/a", "path": "/b"}] * 30
    with pytest.raises(RefusedPatch, match="copies too much"):
        apply({"a": [10**300] * 1000}, copies)


def test_apply_lets_a_large_document_grow_to_a_multiple() -> None:
    copies = [{"op": "copy", "from": "/a/0", "path": "/a/-"}] * 8
    document = {"a": ["x" * MAX_GROWTH, "x" * MAX_GROWTH * 3]}
    assert len(apply(document, copies)["a"]) == 10
    with pytest.raises(RefusedPatch, match="copies too much"):
        apply(document, copies * 2)


def test_apply_refuses_what_it_nests_deeper_than_it_can_follow() -> None:
    value: JSON = {}
    for _ in range(120):
        value = {"a": value}
    patch, depth = [], 120
    for _ in range(5):  # each puts a copy of the value into its innermost object
        patch.append({"op": "copy", "from": "/v", "path": "/w"})
        patch.append({"op": "move", "from": "/w", "path": "/v" + "/a" * (depth + 1)})
        depth = 2 * depth + 1
    with pytest.raises(RefusedPatch, match="nested too deep"):
        apply({"v": value}, patch)


@pytest.mark.parametrize("op", ["add", "remove"])
def test_apply_refuses_to_shift_large_arrays_again_and_again(op: str) -> None:
    length = MAX_SHIFTED // 500
    operation = {"op": op, "path": "/a/0", "value": 0}
    with pytest.raises(RefusedPatch, match=r"operation (499|500) .* shifts more"):
        apply({"a": [0] * length}, [operation] * 600)
    assert len(apply({"a": [0] * length}, [{**operation, "path": f"/a/{length - 600}"}] * 500)["a"])


def test_apply_shares_what_it_does_not_touch() -> None:
    document: JSON = {"a": [{"x": 1}, {"x": 2}], "b": {}}
    result = apply(document, [{"op": "replace", "path": "/a/0/x", "value": 3}])
    assert result["b"] is document["b"]
    assert result["a"][1] is document["a"][1]
    assert result["a"] is not document["a"]


def test_write_back_writes_into_the_original_containers() -> None:
    first, second = {"x": [1]}, {"x": [2]}
    items: JSON = [first, second]
    document = {"items": items}
    draft = Draft(document)
    draft.apply(
        [
            {"op": "replace", "path": "/items/1/x/0", "value": 9},
            {"op": "move", "from": "/items/1", "path": "/items/0"},
            {"op": "add", "path": "/items/-", "value": {"new": []}},
            {"op": "add", "path": "/items/2/new/-", "value": 1},
        ]
    )
    assert draft.write_back(draft.document) is document
    assert items == [{"x": [9]}, {"x": [1]}, {"new": [1]}]
    assert (items[0] is second, items[1] is first, document["items"] is items) == (True,) * 3


@pytest.mark.parametrize(
    ("path", "value"),
    [("/items/0/x", 9), ("/items/-", {}), ("/n/b", None), ("/items", [])],
    ids=["inside", "new", "replaced", "all"],
)
def test_revert_takes_back_what_was_written(path: str, value: JSON) -> None:
    document: JSON = {"items": [{"x": 1}, {"x": 2}], "n": {"a": 1, "b": 2}}
    before, parts = copy.deepcopy(document), [document["items"], document["n"]]
    draft = Draft(document)
    draft.apply([{"op": "add", "path": path, "value": value}])
    assert draft.write_back(draft.document) is document
    assert document == draft.document
    draft.revert()
    assert json.dumps(document) == json.dumps(before)
    assert [document["items"], document["n"]] == parts
    assert document["items"] is parts[0]


def test_write_back_returns_what_was_not_written_to() -> None:
    document: JSON = {"a": [1]}
    draft = Draft(document)
    assert draft.write_back(document["a"]) is document["a"]


@pytest.mark.parametrize(
    "members",
    [{"b": 2, "a": 1}, {"a": 1}, {"a": 3, "b": 2}, {"a": 1, "b": 2, "c": 4}],
    ids=["order", "removed", "changed", "added"],
)
def test_rewrite_dict_sets_members_in_their_order(members: dict[str, int]) -> None:
    target = {"a": 1, "b": 2}
    rewrite_dict(target, members)
    assert json.dumps(target) == json.dumps(members)


@pytest.mark.parametrize("elements", [[1, 2], [1], [2], [], [1, 3, 2], [3, 2]], ids=repr)
def test_rewrite_list_sets_elements(elements: list[int]) -> None:
    target = [1, 2]
    rewrite_list(target, elements)
    assert target == elements


@given(values, values)
def test_apply_agrees_with_another_library_on_its_patches(old: JSON, new: JSON) -> None:
    patch = json.loads(str(jsonpatch.make_patch(old, new)))
    assert equal(apply(old, patch), jsonpatch.apply_patch(old, patch))


@st.composite
def moves(draw: st.DrawFn) -> tuple[JSON, JSON]:
    rows = draw(st.lists(st.lists(values, min_size=1, max_size=3), min_size=2, max_size=4))
    places = [f"/{i}/{j}" for i, row in enumerate(rows) for j in range(len(row))]
    source, target = draw(st.sampled_from(places)), draw(st.sampled_from(places))
    op = draw(st.sampled_from(["move", "copy"]))
    return rows, [{"op": op, "from": source, "path": target}]


@given(moves())
def test_apply_agrees_with_another_library_on_moves_and_copies(case: tuple[JSON, JSON]) -> None:
    rows, patch = case
    try:
        expected = jsonpatch.apply_patch(rows, patch)
    except jsonpatch.JsonPatchException:
        with pytest.raises(RefusedPatch):
            apply(rows, patch)
    else:
        assert equal(apply(rows, patch), expected)
