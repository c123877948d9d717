"""Tests of the names that only programs for PyPI's ws-sync use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from logging import getLogger
from typing import Any, cast

import pytest
from pydantic import BaseModel, Field

import ws_sync
import ws_sync.sync as module
from ws_sync import (
    Session,
    Sync,
    Synced,
    SyncedAsCamelCase,
    remote_action,
    remote_task,
    sync,
    sync_all,
)
from ws_sync.decorators import (
    find_remote_actions,
    find_remote_task_cancellers,
    find_remote_tasks,
)
from ws_sync.utils import nonblock_call, toCamelCase


class Counter:
    count: int

    @sync_all("COUNTER", toCamelCase=True, expose_running_tasks=True)
    def __init__(self) -> None:
        self.sync: Sync
        self.count = 0
        self.last_word = ""

    @remote_action("ADD")
    async def add(self, amount: int, last_word: str = "") -> None:
        self.count += amount
        self.last_word = last_word

    @remote_task("WAIT")
    async def wait(self, turns: int = Field(default=1, ge=0)) -> None:
        self.count += turns

    @wait.cancel
    async def stop(self) -> None:
        self.count = -1


@pytest.fixture(autouse=True)
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


async def test_calls_are_handled_without_a_client() -> None:
    counter = Counter()
    await counter.sync.actions({"type": "ADD", "amount": "2", "lastWord": "x"})
    assert (counter.count, counter.last_word) == (2, "x")
    with pytest.raises(ValueError, match="amount"):
        await counter.sync.actions({"type": "ADD", "amount": "two"})
    await counter.sync.tasks({"type": "WAIT", "turns": 3})
    await counter.sync.running_tasks["WAIT"]
    assert counter.count == 5
    await counter.sync.tasks({"type": "WAIT"})
    task = counter.sync.running_tasks["WAIT"]
    await counter.sync.task_cancels({"type": "WAIT"})
    await task


def test_names_that_are_read() -> None:
    sync = Counter().sync
    assert sync.key_to_attr == {"count": "count", "lastWord": "last_word"}
    assert (sync.task_exposure, sync.expose_running_tasks, sync.camelize) == (
        "runningTasks", True, True,
    )  # fmt: skip
    assert (sync.casing("a_b"), sync.logger) == ("aB", None)
    assert sync.casing_func is not None
    plain = Sync("KEY", Counter(), logger=getLogger("x"), count=...)
    assert (plain.casing("a_b"), plain.task_exposure) == ("a_b", None)
    assert plain.logger is getLogger("x")
    assert list(sync.type_adapters) == ["count"]
    assert sync.type_adapters["count"].validate_python("1") == 1


def test_handlers_of_0_5_1_are_none_where_there_are_none() -> None:
    class Empty:
        x = 0

    empty, counter = Sync("E", Empty()), Counter().sync
    assert empty.on_action is empty.on_task_start is empty.on_task_cancel is None
    assert counter.on_action == counter.actions
    assert (counter.on_task_start, counter.on_task_cancel) == (counter.tasks, counter.task_cancels)
    assert Sync("E", Empty(), on_action=print).on_action is not None
    assert Sync("E", Empty(), tasks=(print, print)).on_task_cancel is not None


def test_validators_are_models_of_the_arguments() -> None:
    sync = Counter().sync
    read = sync.action_validators["ADD"].validate_python({"amount": "1", "lastWord": "x"})
    assert (type(read).__name__, read.amount, read.last_word) == ("CounterActionAdd", 1, "x")
    with pytest.raises(ValueError, match="greater"):
        sync.task_validators["WAIT"].validate_python({"turns": -1})


async def test_snapshot_may_be_assigned() -> None:
    counter = Counter()
    assert counter.sync.state_snapshot["count"] == 0
    counter.sync.state_snapshot = {}
    assert counter.sync.state_snapshot == {}
    counter.sync.state_snapshot = {"count": 5, "unknown": 1}
    assert counter.sync.state_snapshot == {"count": 5}


def test_marked_methods_are_found_in_the_class() -> None:
    assert find_remote_actions(Counter) == {"ADD": Counter.add}
    assert find_remote_tasks(Counter) == {"WAIT": Counter.wait}
    assert find_remote_task_cancellers(Counter) == {"WAIT": Counter.stop}


def test_sync_is_the_module_and_the_decorator() -> None:
    class Thing:
        def __init__(self) -> None:
            self.sync: Sync
            self.a = 1

    called = cast("Any", ws_sync.sync)
    decorator = cast("Any", sync)
    assert {id(called), id(decorator), id(module)} == {id(sys.modules["ws_sync.sync"])}
    assert called.Sync is Sync
    assert called("THING", sync_all=True)(Thing)().sync.key == "THING"
    assert decorator("OTHER", include=["a"])(Thing)().sync.sync_attributes == {"a": "a"}


@pytest.mark.parametrize(
    ("name", "camel"),
    [("hello_world", "helloWorld"), ("user_id", "userId"), ("text", "text"), ("type_", "type")],
)
def test_camel_case_of_0_6_9(name: str, camel: str) -> None:
    assert toCamelCase(name) == camel


async def test_functions_of_both_kinds_are_called() -> None:
    async def add(x: int, y: int = 1) -> int:
        return x + y

    assert await nonblock_call(add, 1, y=2) == 3
    assert await nonblock_call(lambda x: x * 2, 2) == 4


def test_alias_generator_names_parameters_of_models() -> None:
    class Person(SyncedAsCamelCase, Synced, BaseModel):
        first_name: str = ""

        @remote_action
        async def rename(self, new_name: str) -> None: ...

        @remote_task
        async def greet(self) -> None: ...

    made = Sync.all(Person(), "P", expose_running_tasks=True)
    assert made.task_exposure == "runningTasks"
    schema = made.action_validators["rename"].json_schema()
    assert list(schema["properties"]) == ["newName"]
