"""Tests of `ws_sync._server.writers`."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

from ws_sync._server import writers
from ws_sync._server.writers import spare


async def test_engaged_writer_does_its_work_and_another_one_is_spare() -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    async def work() -> None:
        done.set()

    writer = spare(loop)
    assert spare(loop) is writer
    writer.engage(work)
    assert spare(loop) is not writer
    async with asyncio.timeout(5):
        await writer.task
    assert done.is_set()


async def test_cancelled_writer_is_spare_no_longer() -> None:
    loop = asyncio.get_running_loop()
    writer = spare(loop)
    await asyncio.sleep(0)
    writer.task.cancel()
    await asyncio.wait([writer.task])
    assert spare(loop) is not writer


async def test_writer_keeps_nothing_of_the_context_that_needed_it_first() -> None:
    secret: ContextVar[str] = ContextVar("secret")
    secret.set("of this test")
    seen: list[str] = []

    async def work() -> None:
        seen.append(secret.get("nothing"))

    writer = spare(asyncio.get_running_loop())
    writer.engage(work)
    await writer.task
    assert seen == ["nothing"]


def test_loop_that_has_ended_is_kept_by_nothing() -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def main() -> None:
        loops.append(asyncio.get_running_loop())
        spare(loops[0])

    asyncio.run(main())
    assert loops[0] not in writers._spare
