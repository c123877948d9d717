"""The start state of the cases of spec/patch.md, and the patches that a server has to refuse."""

from __future__ import annotations

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
