"""Dialogues for a whole session: noise, nearly legal frames, and legal programs.

Some names and values are drawn often, so that steps concern the same attributes: one is written,
then patched inside, then changed by the server.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import strategies as st

from tests.ws_sync.strategies import names, texts, values
from tools.fuzz.dialogue import ACTS, Input, converse
from tools.fuzz.patches import odd_pointers
from tools.fuzz.target import Target, often
from tools.fuzz.texts import frames as any_frames
from tools.fuzz.texts import near

PATHS = {
    "PLAIN": [
        "/text",
        "/number",
        "/items",
        "/items/0",
        "/items/-",
        "/items/2/1/four",
        "/table",
        "/table/a",
        "/table/b~1~0",
        "/table/b~1~0//1",
        "/table/new",
        "/rows",
        "/rows/0",
        "/rows/-",
        "/rows/1/tags",
        "/rows/1/tags/0",
        "/rows/2/id",
        "/members/a/n",
        "/members/b/-",
        "/members/c",
        "/odd",
        "/odd/1/0",
        "/fixed",
        "/derived",
        "/even",
        "/runningTasks",
        "/running_tasks",
    ],
    "scope/TYPED": [
        "/wholeNumber",
        "/someTexts",
        "/someTexts/0",
        "/someTexts/-",
        "/point",
        "/point/x",
        "/point/y",
        "/maybe",
        "/maybe/a",
    ],
    "Model": [
        "/title",
        "/size",
        "/parts",
        "/parts/0",
        "/parts/-",
        "/parts/0/name",
        "/parts/1/weights/0",
        "/parts/0/weights/-",
        "/choice",
        "/total",
    ],
    "Camel": ["/firstName", "/innerPart", "/innerPart/name", "/innerPart/weights/-", "/first_name"],
    "LAZY": ["/value", "/value/a", "/value/-"],
}
"""Pointers into the documents. Some exist only after a write."""

CALLS: list[dict[str, Any]] = [
    {"type": "assign", "name": "items"},
    {"type": "assign", "name": "number"},
    {"type": "assign", "name": "odd"},
    {"type": "append"},
    {"type": "append", "times": 2},
    {"type": "assign_only"},
    {"type": "fail"},
    {"type": "assign_nan"},
    {"type": "assign", "name": 1},
    {"type": "bytes"},
    {"type": "unknown"},
    {"type": 1},
    {},
]
TASKS: list[dict[str, Any]] = [
    {"type": "work"},
    {"type": "work", "steps": 3},
    {"type": "wait"},
    {"type": "unknown"},
    {"type": "work", "steps": "x"},
    {},
]

fitting = st.one_of(
    st.integers(-2, 200),
    st.booleans(),
    texts,
    st.none(),
    st.lists(texts, max_size=3),
    st.lists(st.integers(0, 9), max_size=4),
    st.sampled_from(
        [
            {"x": 2, "y": 0.5},
            {"name": "new", "weights": [1, 2.5]},
            {"name": "far too long a name"},
            [{"name": "p"}],
            {"a": 1},
            "",
            "1",
            1.0,
            1e300,
            2**64,
            {"id": 9, "tags": []},
            [[[[]]]],
            {"a": {"a": {"a": {}}}},
        ]
    ),
)
data = st.one_of(*often(fitting, 3), values)
keys = st.sampled_from(list(PATHS))


def _event(name: str, content: Any) -> str:
    return json.dumps({"type": name, "data": content})


def _operation(kind: int, path: str, odd: str, origin: str, value: Any) -> dict[str, Any]:
    """Return an operation on a document."""
    path = "" if kind == 19 else path + odd if kind == 0 else path
    if kind < 13 or kind == 18:
        name = "test" if kind == 18 else "replace" if kind < 8 else "add"
        return {"op": name, "path": path, "value": value}
    if kind < 15:
        return {"op": "remove", "path": path}
    return {"op": "move" if kind == 15 else "copy", "path": path, "from": origin}


def _patches(key: str) -> st.SearchStrategy[str]:
    paths = st.sampled_from(PATHS[key])
    operations = st.builds(_operation, st.integers(0, 19), paths, odd_pointers, paths, data)
    patches = st.lists(operations, min_size=1, max_size=3)
    return patches.map(lambda patch: _event(f"_PATCH:{key}", patch))


def _states(key: str) -> st.SearchStrategy[str]:
    attributes = sorted({path.split("/")[1] for path in PATHS[key]})
    members = st.dictionaries(st.sampled_from(attributes), data, max_size=3)
    return members.map(lambda state: _event(f"_SET:{key}", state))


def _call(call: dict[str, Any], value: Any) -> str:
    return _event("_ACTION:PLAIN", {**call, "value": value})


def _announcement(event: str, name: str) -> str:
    metadata = {"type": "bytes", "name": name}
    return _event("_BIN_META", {"type": event, "metadata": metadata})


patches = [_patches(key) for key in PATHS]
calls = st.builds(_call, st.sampled_from(CALLS), data)
starts = st.builds(
    _event, st.sampled_from(["_TASK_START:PLAIN", "_TASK_CANCEL:PLAIN"]), st.sampled_from(TASKS)
)
announcements = st.builds(
    _announcement,
    st.sampled_from(["_ACTION:PLAIN", "_SET:PLAIN", "own", "_TASK_START:PLAIN"]),
    texts,
)
legal: st.SearchStrategy[str] = st.one_of(
    *patches,
    *often(patches[0], 2),
    *[_states(key) for key in PATHS],
    *often(calls, 2),
    starts,
    keys.map(lambda key: json.dumps({"type": f"_GET:{key}"})),
    announcements,
)
NAMES = """
    _SET _PATCH _GET _ACTION _TASK_START _TASK_CANCEL _BIN_META _HELLO _USER_SESSION _DISCONNECT
    _TOAST _DOWNLOAD x
"""
names_of_events = st.sampled_from(NAMES.split())
events = st.builds(
    lambda name, key, content: _event(name if key is None else f"{name}:{key}", content),
    names_of_events,
    st.none() | keys | names,
    values,
)
inputs: st.SearchStrategy[Input] = st.one_of(
    *often(legal, 6),
    near(legal),
    events,
    any_frames,
    st.binary(max_size=20),
    st.integers(0, len(ACTS) - 1),
)

_runner: list[asyncio.Runner] = []


def check(drawn: list[Input]) -> None:
    """Run one dialogue."""
    if not _runner:
        _runner.append(asyncio.Runner())
    _runner[0].run(converse(drawn))


TARGETS = {
    "session": Target(
        "no frame raises an error or ends the connection; a refused frame changes nothing; client"
        " and server hold the same state",
        st.lists(inputs, min_size=1, max_size=25),
        check,
        5,
    )
}
