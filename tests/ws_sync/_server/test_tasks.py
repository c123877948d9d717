"""Tests of `ws_sync._server.tasks`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ws_sync._log import Log
from ws_sync._server.tasks import Tasks

LOG = Log()


def make(
    function: Callable[..., Any], **cancels: Callable[..., Any]
) -> tuple[Tasks, list[list[str]]]:
    changes: list[list[str]] = []
    tasks = Tasks({"work": function}, cancels, lambda: changes.append(tasks.names), LOG)
    return tasks, changes


async def forever() -> None:
    await asyncio.Event().wait()


async def test_task_is_listed_while_it_runs() -> None:
    results: list[int] = []

    async def work(number: int) -> None:
        results.append(number)

    tasks, changes = make(work)
    tasks.start("work", {"number": 3})
    await asyncio.wait(tasks.running.values())
    assert (results, changes, tasks.names) == ([3], [["work"], []], [])


async def test_second_start_is_ignored_while_the_first_runs() -> None:
    tasks, _ = make(forever)
    tasks.start("work", {})
    first = tasks.running["work"]
    tasks.start("work", {})
    assert tasks.running["work"] is first
    tasks.cancel("work")
    await asyncio.wait([first])


@pytest.mark.parametrize("early", [True, False])
async def test_cancelled_task_calls_its_canceller(early: bool) -> None:
    """S-09: even if it is cancelled before its first step."""
    calls: list[str] = []

    async def cancelled() -> None:
        calls.append("cancelled")

    tasks, changes = make(forever, work=cancelled)
    tasks.start("work", {})
    task = tasks.running["work"]
    if not early:
        await asyncio.sleep(0)
    tasks.cancel("work")
    await asyncio.wait([task])
    assert (calls, changes[-1], task.cancelled()) == (["cancelled"], [], True)


async def test_task_that_the_application_cancels_early_leaves_nothing_behind() -> None:
    tasks, changes = make(forever)
    tasks.start("work", {})
    task = tasks.running["work"]
    task.cancel()
    await asyncio.wait([task])
    assert (tasks.running, changes) == ({}, [["work"], []])


async def test_failure_is_logged_once_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    tasks, changes = make(fail)
    tasks.start("work", {})
    await asyncio.wait(tasks.running.values())
    assert changes[-1] == []
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "broken" in caplog.text


async def test_cancelling_what_does_not_run_is_ignored() -> None:
    tasks, changes = make(forever)
    tasks.cancel("work")
    assert changes == []


async def test_second_cancellation_does_not_cut_the_canceller_short() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    calls: list[str] = []

    async def cancelled() -> None:
        begun.set()
        await go_on.wait()
        calls.append("cleaned up")

    tasks, _ = make(forever, work=cancelled)
    tasks.start("work", {})
    task = tasks.running["work"]
    tasks.cancel("work")
    await begun.wait()
    tasks.cancel("work")
    asyncio.get_running_loop().call_soon(go_on.set)
    await asyncio.wait([task])
    assert calls == ["cleaned up"]
    tasks.start("work", {})
    await asyncio.sleep(0)
    tasks.cancel("work")
    await asyncio.wait(tasks.running.values())
    assert calls == ["cleaned up"] * 2
