"""Tests of dialects: patches of the TypeScript client, read as they were meant."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ws_sync.strategies import values as json_values
from ws_sync import Session, Sessions, Sync
from ws_sync._core.json.patch import MAX_OPERATIONS, apply
from ws_sync._core.protocol.dialects import DIALECTS, translate
from ws_sync.exceptions import Refused
from ws_sync.testing import TestClient

DOCUMENT: dict[str, Any] = {
    "title": "My Notes",
    "items": ["a", "b", "c"],
    "files": {"length": 3, "lists": [[1, 2], [3]]},
    "a/b": {"c": 1},
    "m~n": 0,
    "x~1y": 0,
    "x": {"length": 7},
}


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


MEANT: list[Any] = [
    # A reducer that returns a new state, and then syncs.
    pytest.param(
        "slash-root",
        [replace("/", {**DOCUMENT, "title": "new"})],
        {**DOCUMENT, "title": "new"},
        id="slash-root",
    ),
    # JSON.stringify leaves out what is undefined.
    pytest.param(
        "missing-value",
        [{"op": "replace", "path": "/title"}, {"op": "add", "path": "/items/1"}],
        {**DOCUMENT, "title": None, "items": ["a", None, "b", "c"]},
        id="missing-value",
    ),
    # immer up to version 9, where `items.length = 1`, or elements are spliced off at the end.
    pytest.param(
        "array-length",
        [replace("/items/0", "new"), replace("/items/length", 1)],
        {**DOCUMENT, "items": ["new"]},
        id="array-length",
    ),
    pytest.param(
        "array-length",
        [
            {"op": "add", "path": "/items/-", "value": "d"},
            replace("/items/length", 2),
            replace("/files/lists/0/length", 0),
            replace("/files/lists/length", 1),
            replace("/files/length", 1),
            replace("/items/length", 2),
        ],
        {**DOCUMENT, "items": ["a", "b"], "files": {"length": 1, "lists": [[]]}},
        id="array-length-of-several",
    ),
    # Paths are joined by slashes, and nothing is escaped.
    pytest.param(
        "unescaped",
        [replace("/a/b/c", 2), replace("/m~n", 1), replace("/x~1y", 2), replace("/title", "t")],
        {**DOCUMENT, "a/b": {"c": 2}, "m~n": 1, "x~1y": 2, "title": "t"},
        id="unescaped",
    ),
    pytest.param(
        "unescaped",
        [{"op": "copy", "from": "/a/b/c", "path": "/m~n"}, replace("/a/b", 5)],
        {**DOCUMENT, "a/b": 5, "m~n": 1},
        id="unescaped-origin",
    ),
]


class Notes:
    def __init__(self) -> None:
        for name, value in deepcopy(DOCUMENT).items():
            setattr(self, name, value)


def read(patch: Any, *dialects: str) -> Any:
    values = {name: lambda value=value: value for name, value in DOCUMENT.items()}
    return translate(patch, frozenset(dialects), values)


@pytest.mark.parametrize(("dialect", "patch", "expected"), MEANT)
def test_patch_means_what_the_client_meant(dialect: str, patch: Any, expected: Any) -> None:
    before = deepcopy((patch, DOCUMENT))
    assert apply(DOCUMENT, read(patch, dialect)) == expected
    assert apply(DOCUMENT, read(patch, *DIALECTS)) == expected
    assert (patch, DOCUMENT) == before


@pytest.mark.parametrize(("dialect", "patch", "expected"), MEANT)
async def test_session_reads_the_dialect_that_is_turned_on_and_no_other(
    dialect: str, patch: Any, expected: Any
) -> None:
    for dialects, state in [
        ({dialect}, expected),
        (DIALECTS - {dialect}, DOCUMENT),
        ((), DOCUMENT),
    ]:
        with Session(dialects=dialects) as session:
            notes = Notes()
            Sync(notes, "NOTES", sync_all=True)
        async with TestClient(session) as client:
            await client.send("_PATCH:NOTES", patch)
            await client.settle()
            resent = [event for event in client.events[1:] if event.type == "_SET:NOTES"]
            assert len(resent) == (state is DOCUMENT)  # as the answer to a refusal
            await client.send("_GET:NOTES")
            await client.settle()
            assert client.documents["NOTES"] == state
            assert vars(notes)["items"] == state["items"]


def test_root_patch_replaces_what_the_client_has() -> None:
    """The path means the attribute with the empty name, if there is one."""
    values = {"": lambda: 1, "a": lambda: 2}
    patch = [replace("/", 3)]
    assert translate(patch, DIALECTS, values) == patch


@pytest.mark.parametrize(
    "patch",
    [
        None,
        5,
        "[]",
        {},
        [],
        [1],
        [None, replace("/", {})],
        [{"op": "replace", "path": 5}],
        [{"op": "replace", "path": "items/length", "value": 0}],
        [{"op": "remove", "path": "/items/length"}],
        [replace("/items/length", 4)],
        [replace("/items/length", -1)],
        [replace("/items/length", 1.0)],
        [replace("/items/length", True)],
        [replace("/items/length", None)],
        [replace("/files/lists/-1/length", 0)],
        [replace("/files/lists/00/length", 0)],
        [replace("/files/lists/9/length", 0)],
        [replace("/nowhere/length", 0)],
        [replace("/title/length", 0)],
        [replace("/title/0/length", 0)],
        [replace("/length", 0)],
        [replace("/files/~x", 0)],
        [replace("/a/nothing", 0)],
        [{"op": "test", "path": "/title"}],
        [{"op": "remove", "path": "/nowhere"}, replace("/items/length", 0)],
        [{}] * (MAX_OPERATIONS + 1),
    ],
)
def test_what_no_dialect_means_stays_refused_or_as_it_is(patch: Any) -> None:
    meant = read(patch, "array-length", "unescaped", "slash-root")
    if patch == []:
        assert meant == []
        return
    with pytest.raises(Refused):
        apply(DOCUMENT, meant)


def test_strict_meaning_wins() -> None:
    values = {"a": lambda: {"b": 1}, "a/b": lambda: 2, "a/b/c": lambda: 3, "/": lambda: 4}
    for pointer, expected in [
        ("/a/b", "/a/b"),
        ("/a~1b", "/a~1b"),
        ("//", "/~1"),
        ("/~1", "/~1"),
        ("/nowhere", "/nowhere"),
        ("a", "a"),
        ("", ""),
    ]:
        meant = translate([replace(pointer, 0)], frozenset({"unescaped"}), values)
        assert meant == [replace(expected, 0)]
    del values["a"]
    patch = [replace("/a/b/c", 0), replace("/a/b/d", 0)]
    meant = translate(patch, frozenset({"unescaped"}), values)
    assert meant == [replace("/a~1b~1c", 0), replace("/a~1b/d", 0)]


def test_shortening_again_and_again_costs_little() -> None:
    values = {"items": lambda: list(range(MAX_OPERATIONS))}
    patch = [replace("/items/length", n) for n in reversed(range(MAX_OPERATIONS))]
    assert len(translate(patch, DIALECTS, values)) == MAX_OPERATIONS
    assert translate(patch * 2, DIALECTS, values) == patch * 2


def test_shortening_to_more_operations_than_a_patch_may_have_is_read_strictly() -> None:
    values: dict[str, Any] = {"title": str, "items": lambda: list(range(MAX_OPERATIONS))}
    patch = [replace("/title", 1), replace("/items/length", 0)]
    assert translate(patch, DIALECTS, values) == patch


operations = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x", 1]),
        "path": st.sampled_from(["", "/", "/items/length", "/a/b", "/m~n", "/items/0", "x", "/~"]),
        "from": st.sampled_from(["/", "/a/b/c", "/title", 5]),
        "value": json_values | st.integers(-1, 4),
    },
)


@given(st.lists(operations | json_values), st.sets(st.sampled_from(sorted(DIALECTS))))
def test_any_patch_is_read_without_an_error_and_without_a_change(
    patch: list[Any], dialects: set[str]
) -> None:
    before = json.dumps([patch, DOCUMENT])
    read(patch, *dialects)
    assert json.dumps([patch, DOCUMENT]) == before


def test_dialect_that_is_not_known_is_an_error() -> None:
    for make in (Session, lambda **options: Sessions(Notes, **options)):
        with pytest.raises(ValueError, match="'slash'; choose from array-length, missing-value"):
            make(dialects="slash")
    assert Session(dialects="slash-root").intake.dialects == {"slash-root"}
