"""Tests of `ws_sync._server.steps`."""

from __future__ import annotations

import asyncio

import pytest

from ws_sync._server.steps import begin


async def owner(release: asyncio.Event) -> None:
    await release.wait()


async def test_coroutine_that_waits_for_nothing_is_done_at_once() -> None:
    done = []

    async def work() -> None:
        done.append(asyncio.current_task())

    loop, release = asyncio.get_running_loop(), asyncio.Event()
    task = loop.create_task(owner(release))
    assert begin(work(), task, loop) is None
    assert done == [task]
    assert asyncio.current_task() is not task
    release.set()
    await task


async def test_coroutine_that_waits_is_finished_by_the_task_under_its_own_deadline() -> None:
    loop, go_on, seen = asyncio.get_running_loop(), asyncio.Event(), []

    async def work() -> None:
        async with asyncio.timeout(None) as deadline:
            await go_on.wait()
            deadline.reschedule(loop.time())
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

    async def finish() -> None:
        await ready.wait()
        assert begun is not None
        with pytest.raises(TimeoutError):
            await begun
        seen.append("timed out")

    ready = asyncio.Event()
    task = loop.create_task(finish())
    begun = begin(work(), task, loop)
    ready.set()
    go_on.set()
    await task
    assert seen == ["cancelled", "timed out"]


async def test_error_of_the_first_step_is_raised() -> None:
    async def fail() -> None:
        raise OSError("gone")

    loop, release = asyncio.get_running_loop(), asyncio.Event()
    task = loop.create_task(owner(release))
    with pytest.raises(OSError, match="gone"):
        begin(fail(), task, loop)
    assert asyncio.current_task() is not task
    release.set()
    await task
