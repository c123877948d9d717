"""The start state of the cases of spec/patch.md, and the patches that a server has to refuse."""

from __future__ import annotations

import pytest

from conformance.protocol.wire import JSON, compact

ITEMS = ["a", "b", "c"]
TABLE: dict[str, JSON] = {
    "x": {"deep": 1},
    "list": [1, 2],
    "number": 1,
    "yes": True,
    "zero": 0,
    "null": None,
}
TABLE["odd"] = {"length": 0, "hasOwnProperty": 1}
TABLE |= {"~2": 0, "~x": 0}  # the targets of a pointer that is not unescaped

START = {"text": "kept", "items": ITEMS, "table": TABLE}
"""The state to which the patches are applied."""


def replace(path: str, value: JSON) -> JSON:
    """The operation `replace`."""
    return {"op": "replace", "path": path, "value": value}


def add(path: str, value: JSON) -> JSON:
    """The operation `add`."""
    return {"op": "add", "path": path, "value": value}


def remove(path: str) -> JSON:
    """The operation `remove`."""
    return {"op": "remove", "path": path}


def ensure(path: str, value: JSON) -> JSON:
    """The operation `test`; pytest would collect a function of that name."""
    return {"op": "test", "path": path, "value": value}


def move(origin: str, path: str) -> JSON:
    """The operation `move`."""
    return {"op": "move", "from": origin, "path": path}


def copy(origin: str, path: str) -> JSON:
    """The operation `copy`."""
    return {"op": "copy", "from": origin, "path": path}


def named_params(operations: list[JSON]) -> list[object]:
    """Parameters for single operations, with readable ids."""
    return [pytest.param([o], id=f"{o['op']}:{o.get('from', '')}{o['path']}") for o in operations]


def normalize_numbers(value: JSON) -> JSON:
    """A value with 1.0 as 1: the notation of a number does not count."""
    if isinstance(value, dict):
        return {name: normalize_numbers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [normalize_numbers(element) for element in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


# Values of which a change is only one of type

TYPE_CHANGES: list[tuple[JSON, JSON]] = [
    (1, True), (True, 1), (0, False), (False, 0), ("1", 1), (None, False), ([1], [True]),
    ([0, 1], [False, 1]), ({"a": 1}, {"a": True}), ([[1, 0]], [[1, False]]), ([], {}), ("", None),
]  # fmt: skip

# Patches that a server accepts

ACCEPTED = [
    pytest.param([add("/table/new", [1])], id="add-member"),
    pytest.param([add("/items/1", "between")], id="add-element"),
    pytest.param([add("/text", "again")], id="add-over-attribute"),
    pytest.param([remove("/table/x")], id="remove-member"),
    pytest.param([remove("/items/0")], id="remove-element"),
    pytest.param([replace("/table/x/deep", {"deeper": []})], id="replace-leaf"),
    pytest.param([replace("/items/2", None)], id="replace-element"),
    pytest.param([move("/items/0", "/items/2")], id="move-element"),
    pytest.param([move("/table/x", "/table/list/1")], id="move-into-array"),
    pytest.param([move("/table/x", "/table/x")], id="move-to-itself"),
    pytest.param([copy("/table/list", "/table/copied")], id="copy"),
    pytest.param([copy("/items", "/anything")], id="copy-across-attributes"),
    pytest.param([add("/table/__proto__", 1)], id="member-proto"),
    pytest.param([add("/table/constructor", {"prototype": 1})], id="member-constructor"),
    pytest.param([ensure("/text", "kept"), replace("/text", "new")], id="test"),
    pytest.param([ensure("/itemCount", 3), replace("/text", "new")], id="test-read-only"),
]

TOKENS = [
    pytest.param("a~1b", "a/b", id="slash"),
    pytest.param("m~0n", "m~n", id="tilde"),
    pytest.param("~01", "~1", id="tilde-then-one"),
    pytest.param("~10", "/0", id="slash-then-zero"),
    pytest.param("", "", id="empty"),
    pytest.param("é %22", "é %22", id="not-percent-encoded"),
    pytest.param("01", "01", id="digits-in-an-object"),
    pytest.param("-", "-", id="hyphen-in-an-object"),
]
"""Tokens of a pointer, and the names that they stand for."""

EQUAL = [
    pytest.param("/table/number", 1.0, id="integer-and-float"),
    pytest.param("/table/zero", 0.0, id="zero-and-float"),
    pytest.param("/table/x", {"deep": 1.0}, id="inside-an-object"),
    pytest.param("/table/list", [1.0, 2], id="inside-an-array"),
    pytest.param("/table/null", None, id="null"),
    pytest.param("/table/odd", {"hasOwnProperty": 1, "length": 0}, id="odd-members"),
]
"""Values of START that the operation `test` finds equal."""

# Patches that a server refuses

UNEQUAL = [
    ("/table/number", True), ("/table/yes", 1), ("/table/zero", False), ("/table/number", "1"),
    ("/table/null", 0), ("/table/null", False), ("/table/list", [True, 2]),
    ("/table/list", [2, 1]), ("/table/list", [1]), ("/table/x", {}), ("/table/x", {"deep": True}),
    ("/text", "KEPT"),
]  # fmt: skip

MISSING = [
    remove("/table/nothing"), replace("/table/nothing", 1), add("/table/nothing/deeper", 1),
    replace("/text/deeper", 1), copy("/table/nothing", "/anything"),
    move("/table/nothing", "/anything"),
    ensure("/table/nothing", None), remove("/table/null/deeper"), remove("/table/toString"),
    replace("/table/__proto__", 1),
]  # fmt: skip

INDEXES = [
    remove("/items/3"), replace("/items/3", 1), add("/items/4", 1), remove("/items/-1"),
    replace("/items/01", 1), replace("/items/00", 1), replace("/items/1e0", 1),
    replace("/items/+1", 1), replace("/items/ 1", 1), replace("/items/0_1", 1),
    replace("/items/1.0", 1), replace("/items/\uff11", 1), replace("/items/length", 1),
    replace("/items/", 1), replace("/items/-", 1), remove("/items/-"),
    replace("/items/18446744073709551616", 1), add("/items/0x1", 1), add("/items/01", 1),
    add("/items/", 1), move("/items/0", "/items/3"), copy("/items/0", "/items/4"),
    copy("/items/length", "/anything"),
]  # fmt: skip

POINTERS = [
    replace("text", "lost"), replace("#/text", "lost"), replace("/table/~2", 1),
    add("/table/a~", 1), add("/table/~", 1), move("table/x", "/anything"),
]  # fmt: skip

MALFORMED: dict[str, JSON] = {
    "object": replace("/text", "lost"),
    "string": compact([replace("/text", "lost")]),
    "null": None,
    "number": 5,
    "array-of-arrays": [[replace("/text", "lost")]],
    "array-of-null": [None],
    "array-of-strings": ["replace"],
    "no-members": [{}],
    "no-op": [{"path": "/text", "value": "lost"}],
    "no-path": [{"op": "replace", "value": "lost"}],
    "no-value": [{"op": "add", "path": "/table/x"}],
    "test-without-value": [replace("/text", "lost"), {"op": "test", "path": "/anything"}],
    "no-from": [{"op": "move", "path": "/text"}],
    "unknown-op": [{"op": "upsert", "path": "/text", "value": "lost"}],
    "upper-case-op": [{"op": "REPLACE", "path": "/text", "value": "lost"}],
    "op-no-string": [{"op": ["replace"], "path": "/text", "value": "lost"}],
    "path-no-string": [{"op": "replace", "path": ["text"], "value": "lost"}],
    "from-no-string": [{"op": "copy", "from": None, "path": "/text"}],
    "second-operation": [replace("/text", "lost"), 5],
}

ATTRIBUTES: dict[str, list[JSON]] = {
    "remove-attribute": [remove("/text")],
    "add-attribute": [add("/nothing", 1)],
    "move-attribute": [move("/text", "/nothing")],
    "whole-with-missing": [replace("", {"text": "lost"})],
    "whole-scalar": [replace("", 5)],
    "whole-array": [replace("", [])],
    "whole-null": [replace("", None)],
}

READ_ONLY: dict[str, list[JSON]] = {
    "replace": [replace("/itemCount", 9)],
    "inside": [add("/runningTasks/-", "count")],
    "with-others": [replace("/text", "lost"), replace("/itemCount", 9)],
    "by-type": [replace("/itemCount", "3")],
    "by-move": [move("/table/number", "/itemCount")],
}

BOMBS: dict[str, tuple[JSON, list[JSON]]] = {
    "doubling": ({"seed": "0123456789" * 30}, [copy("/table", f"/table/{n}") for n in range(13)]),
    "repeating": (
        {"seed": "x" * 100_000},
        [copy("/table/seed", f"/table/{n}") for n in range(128)],
    ),
}
"""Values of `table`, with patches that make them grow by copying."""
