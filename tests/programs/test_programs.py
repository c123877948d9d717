"""Programs of each generation run unchanged, on the release they were written for and here."""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.request
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from tests.deadlines import DEADLINE
from tests.programs import runs
from tests.programs.scripts import FENCES, SCRIPTS, THIRD, Script
from tools.testees.run import prepare

pytestmark = pytest.mark.io

RELEASES = {"first": "pypi_0_5_1", "second": "pypi_0_6_9"}

AT_ONCE = "derived and converted values follow the client's write (state-corrected-at-once)"

DIFFERENCES = {
    "first": {
        "an edit of an element": AT_ONCE,
        "a setter": AT_ONCE,
        "an action without an argument": "X-6",
        "an edit beside an unsynced change": "S-07",
        "a private attribute": "X-3",
    },
    "second": {
        "a private attribute": "X-3",
        "an edit beside an unsynced change": "S-07",
        "a wrong argument": "X-6",
    },
}
"""The steps in which a release behaves differently, and the defect or requirement."""


def dialogue(python: Path | str, program: str, scripts: dict[str, Script], log: Path) -> Any:
    """Return the events of each step of a program's scripts."""

    async def play(port: int) -> dict[str, Any]:
        brought: dict[str, Any] = {}
        for path, script in scripts.items():
            brought |= await runs.play(port, script, path, FENCES[program])
        return brought

    with runs.running(python, program, log) as port:
        return asyncio.run(play(port))


@pytest.mark.parametrize("program", SCRIPTS)
def test_dialogue_is_that_of_the_release_except_for_its_defects(
    program: str, tmp_path: Path
) -> None:
    scripts = SCRIPTS[program]
    old = dialogue(prepare(RELEASES[program]), program, scripts, tmp_path / "old.log")
    new = dialogue(sys.executable, program, scripts, tmp_path / "new.log")
    steps = [step.name for script in scripts.values() for part in script for step in part]
    assert list(new) == steps
    differ = {name for name in steps if settled(old.get(name, [])) != settled(new[name])}
    assert differ == DIFFERENCES[program].keys()
    assert not [name for name in steps if new[name][-1][0] == "closed"]


def settled(seen: list[Any]) -> list[Any]:
    """The events without patches that the next one continues: their number depends on time."""
    names = [name for name, _ in seen[1:]]
    return [
        each
        for each, after in zip_longest(seen, names)
        if each[0] != after or not after.startswith("_PATCH:")
    ]


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The events of each step of the third program's script."""
    return dialogue(sys.executable, "third", THIRD, tmp_path_factory.mktemp("log") / "third.log")


def test_third_program_starts_with_all_its_states(third: Any) -> None:
    keys = ["TodoList", "WORKER", "Settings", "left/PANEL", "left/inner/PANEL"]
    received = third["the initial states"]
    assert [event for event, _ in received] == [f"_SET:{key}" for key in keys] + [
        *("hello", "_SET:TodoList")
    ]
    assert [data for _, data in received[:6]] == [
        {"listTitle": "Todo", "allItems": [], "ownerName": "me", "itemCount": 0},
        {"steps": 0, "status": "idle", "running_tasks": []},
        {"fontSize": 12, "colours": {"back": "white"}},
        {"isOpen": False},
        {"isOpen": False},
        1,
    ]


EXPECTED: list[tuple[str, dict[str, Any]]] = [
    (
        "an action with a model",
        {"allItems": [{"label": "tea", "priority": "low", "due": None}], "itemCount": 1},
    ),
    ("an action with a wrong model", {"itemCount": 1}),
    (
        "an edit beside an unsynced change",
        {"allItems": [{"label": "green tea", "priority": "high", "due": None}]},
    ),
    ("a date", {"allItems": [{"label": "green tea", "priority": "high", "due": "2026-01-02"}]}),
    ("a validator", {"ownerName": "you"}),
    ("a refused value", {"ownerName": "you"}),
    ("a constraint", {"listTitle": "Todo"}),
    ("an annotation", {"fontSize": 13}),
    ("a wrong type", {"fontSize": 13}),
    ("a scope", {"isOpen": True}),
    ("a task", {"steps": 50}),
    ("a task that waits", {"status": "waiting", "running_tasks": ["WAIT"]}),
    ("a reconnection", {"status": "waiting", "running_tasks": ["WAIT"]}),
    ("its cancellation", {"status": "cancelled", "running_tasks": []}),
]


@pytest.mark.parametrize(("step", "members"), EXPECTED, ids=[step for step, _ in EXPECTED])
def test_third_program_ends_each_step_in_its_state(
    third: Any, step: str, members: dict[str, Any]
) -> None:
    _, state = third[step][-1]
    assert {name: state.get(name) for name in members} == members


def test_third_program_calls_and_tells_the_client(third: Any) -> None:
    toast = ("_TOAST", {"type": "warning", "message": "published"})
    assert toast in third["a dict as an argument"]
    found = ("_ACTION:TodoList", {"type": "FOUND", "labels": ["green tea"]})
    assert found in third["a positional argument"]
    wide = ("_TOAST", {"type": "default", "message": "wide left/inner"})
    assert wide in third["a nested scope"]


def test_third_program_exports_its_schemas(tmp_path: Path) -> None:
    async def wait_until_it_listens(port: int) -> None:
        async with runs.connected(port, "/ws"):
            pass

    with runs.running(sys.executable, "third", tmp_path / "log") as port:
        asyncio.run(wait_until_it_listens(port))
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/openapi.json", timeout=DEADLINE
        ) as page:
            schemas = json.load(page)["components"]["schemas"]
    assert {"TodoList", "TodoListActions", "Worker", "WorkerTasks", "Item"} <= schemas.keys()
    assert schemas["WorkerTaskNames"]["enum"] == ["work", "WAIT", "SLEEP"]
