"""Tests of `text_diff` and `member_offsets`."""

from __future__ import annotations

import copy
import math
import tracemalloc
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jsonpatch
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ws_sync.strategies import names, scalars, values
from ws_sync._core.json.codec import JSON
from ws_sync._core.json.equality import equal
from ws_sync._core.snapshot import member_offsets, text_diff
from ws_sync._core.snapshot.member_offsets import MemberOffsets, Unstable, common_end, common_start
from ws_sync._core.snapshot.text_diff import Operations, Pair, TextDiff, TooLong, Unfaithful

ROWS = [{"id": number, "text": f"row {number}", "tags": ["x"]} for number in range(100)]


def compare(
    old: JSON, new: JSON, offsets: MemberOffsets | None = None, most: int = 1 << 20
) -> tuple[list[Any], MemberOffsets | None]:
    """Return the operations and the offsets of the new value."""
    operations = Operations(most)
    pair = Pair(orjson.dumps(old), orjson.dumps(new), new, "")
    offsets = TextDiff(None).compare(operations, pair, offsets)
    return [orjson.loads(text) for text in operations.texts], offsets


def follow(value: JSON, edits: list[Callable[[Any], object]]) -> list[list[Any]]:
    """Edit a value step by step, each with the offsets from the step before."""
    offsets, patches = None, []
    for edit in edits:
        old = copy.deepcopy(value)
        edit(value)
        patch, offsets = compare(old, value, offsets)
        assert equal(jsonpatch.apply_patch(old, patch), value)
        patches.append(patch)
    return patches


@pytest.mark.parametrize("kind", ["array", "object"])
@settings(deadline=None)  # each example is slow
@given(data=st.data())
def test_operations_make_the_new_value_of_the_old_one(kind: str, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_diff, "SMALL", 3)  # divide every value
        inner = values | st.lists(scalars, max_size=8)
        several = (
            st.lists(inner, min_size=1, max_size=8)
            if kind == "array"
            else st.dictionaries(names, inner, min_size=1, max_size=6)
        )
        offsets, old = None, data.draw(several)
        for _ in range(3):
            new = data.draw(several | st.just(old))
            operations, offsets = compare(old, new, offsets if orjson.dumps(old) else None)
            assert equal(jsonpatch.apply_patch(copy.deepcopy(old), operations), new)
            assert {each["op"] for each in operations} <= {"add", "remove", "replace"}
            if offsets is not None:
                assert sum(offsets.strides) == len(orjson.dumps(new)) - 1
            old = new


EDITS: dict[str, tuple[Callable[[list[Any]], object], int]] = {
    "insert at the front": (lambda rows: rows.insert(0, {"id": -1}), 1),
    "append": (lambda rows: rows.append({"id": -1}), 1),
    "remove": (lambda rows: rows.pop(30), 1),
    "change of a leaf": (lambda rows: rows[40].update(text="new"), 1),
    "change of a nested leaf": (lambda rows: rows[40]["tags"].append("y"), 1),
    "move forwards": (lambda rows: rows.insert(80, rows.pop(10)), 2),
    "move backwards": (lambda rows: rows.insert(10, rows.pop(80)), 2),
    "changes far apart": (lambda rows: [rows[at].update(text="") for at in (0, 50, 99)], 3),
    "first out, last in": (lambda rows: rows.append({"id": rows.pop(0)["id"] + 100}), 2),
    "insert a copy": (lambda rows: rows.insert(7, dict(rows[7])), 1),
}


@pytest.mark.parametrize(("edit", "count"), EDITS.values(), ids=EDITS.keys())
def test_common_edit_is_as_short_as_it_can_be(
    edit: Callable[[list[Any]], object], count: int
) -> None:
    rows: list[Any] = copy.deepcopy(ROWS)
    patches = follow(rows, [lambda each: each[98].update(id=0), edit])
    assert [len(patch) for patch in patches] == [1, count]


def test_members_of_an_object_are_found_in_any_order() -> None:
    members: dict[str, Any] = {f"key {number}": [number] for number in range(200)}

    def reorder(value: dict[str, Any]) -> None:
        value["key 0"] = value.pop("key 0")

    def exchange(value: dict[str, Any]) -> None:
        del value["key 100"]
        value["a/b~"] = 1

    def put_first(value: dict[str, Any]) -> None:
        rest = dict(value)
        value.clear()
        value["key 150"] = rest.pop("key 150")
        value.update(rest)

    append: Callable[[Any], object] = lambda value: value["key 7"].append(1)  # noqa: E731
    patches = follow(members, [reorder, put_first, exchange, append])
    assert patches == [
        [],
        [],
        [
            {"op": "remove", "path": "/key 100"},
            {"op": "add", "path": "/a~1b~0", "value": 1},
        ],
        [{"op": "add", "path": "/key 7/1", "value": 1}],
    ]


def test_large_value_inside_another_is_divided_too() -> None:
    value = {"title": "x", "rows": copy.deepcopy(ROWS), "last": [list(range(500))]}
    patches = follow(
        value,
        [
            lambda each: each["rows"][5].update(id="a"),
            lambda each: each["rows"].pop(0),
            lambda each: each["rows"][5].update(id="b"),
            lambda each: each["last"][0].append(1),
        ],
    )
    assert [len(patch) for patch in patches] == [1, 1, 1, 1]


def test_all_elements_changed_is_one_replacement_when_that_is_shorter() -> None:
    patch, _ = compare(list(range(1000)), list(range(1000, 2000)))
    assert [each["path"] for each in patch] == [""]
    with pytest.raises(TooLong):
        compare(list(range(1000)), list(range(1000, 2000)), most=100)


def test_value_that_is_another_one_when_asked_again_is_noticed() -> None:
    old, new = orjson.dumps(ROWS), orjson.dumps([*ROWS, 1])
    with pytest.raises(Unstable):
        TextDiff(None).compare(Operations(1 << 20), Pair(old, new, [*ROWS, 123], ""))


@pytest.mark.parametrize(
    ("old", "new", "given"),
    [
        ([*ROWS, 1], [*ROWS, 2], [*ROWS, 3]),
        ([1, *ROWS], [2, *ROWS], [22, *ROWS]),
        ([1, *ROWS], [2, 3, *ROWS], [2, 3, 4, *ROWS]),
        ([1, 5, *ROWS], [2, 6, *ROWS], [22, 6, *ROWS]),
        ([1, *ROWS], [2, 3, 4, *ROWS], [23, 45, *ROWS]),
        ([9, ROWS[0], ROWS[0], *ROWS], [8, *ROWS], [8, *ROWS, 0]),
    ],
    ids=["last", "first", "more", "longer", "fewer", "more than the text"],
)
def test_value_that_changes_while_it_is_compared_is_noticed(old: Any, new: Any, given: Any) -> None:
    _, offsets = compare([*old, 0], old)
    pair = Pair(orjson.dumps(old), orjson.dumps(new), given, "")
    with pytest.raises(Unstable):
        TextDiff(None).compare(Operations(1 << 20), pair, offsets)


def test_members_after_the_last_of_many_edits_are_one_range(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(member_offsets, "MAX_EDITS", 2)

    def edit(rows: list[Any]) -> None:
        for at in (1, 40, 80, 90):
            rows[at] = {"id": -at}

    [patch] = follow(copy.deepcopy(ROWS), [edit])
    assert {each["path"].split("/")[1] for each in patch} == {"1", "40", "80", "90"}


def test_removed_member_is_skipped_and_the_next_compared_again() -> None:
    value = {"rows": copy.deepcopy(ROWS)}
    [_, patch] = follow(
        value,
        [
            lambda each: each["rows"][5].update(id="a"),
            lambda each: each.update(rows=[{"id": -1}, *each["rows"][1:50], *each["rows"][51:]]),
        ],
    )
    assert [(each["op"], each["path"]) for each in patch][-1] == ("remove", "/rows/50")


def test_tuple_beside_null_is_written_as_by_the_exact_path() -> None:
    new = [None, (1, 2)]
    operations = Operations(1 << 20)
    TextDiff(None).compare(operations, Pair(b"[null]", orjson.dumps(new), new, ""))
    assert operations.texts == [b'{"op":"add","path":"/1","value":[1,2]}']


@pytest.mark.parametrize("odd", [math.nan, UUID(int=1)], ids=["nan", "uuid"])
def test_value_that_is_not_written_as_by_the_exact_path_beside_null_is_noticed(odd: Any) -> None:
    new = [None, odd]
    pair = Pair(b"[]", orjson.dumps(new), new, "")
    with pytest.raises(Unfaithful):
        TextDiff(lambda _: "an id").compare(Operations(1 << 20), pair)


@given(st.binary(max_size=40), st.binary(max_size=8), st.binary(max_size=8))
def test_common_bytes_are_counted(same: bytes, one: bytes, other: bytes) -> None:
    room = min(len(one), len(other)) + len(same)
    start = common_start(same + one, 0, same + other, 0, room)
    assert start >= len(same)
    assert (same + one)[:start] == (same + other)[:start]
    assert start == room or (same + one)[start] != (same + other)[start]
    end = common_end(one + same, other + same, room)
    assert end >= len(same)
    assert end == room or (one + same)[-1 - end] != (other + same)[-1 - end]


def test_names_of_any_length_are_not_kept() -> None:
    tracemalloc.start()
    try:
        for number in range(50):
            text_diff.replace_operation(f"/table/{number}{'x' * 100_000}", b"1")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
