"""S-12: a plain function that is used as an action or a task gets the object as an argument."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Thing:
    """An object whose actions are plain functions."""

    def __init__(self) -> None:
        self.value = 0


async def show(stage: Stage) -> None:
    """Call closures; they get the arguments that the client sends, and no others."""
    calls: list[Any] = []
    started = asyncio.Event()

    async def act(*args: Any, **kwargs: Any) -> None:
        calls.append((args, kwargs))

    async def work(*args: Any, **kwargs: Any) -> None:
        calls.append((args, kwargs))
        started.set()

    with Session() as session:
        thing = Thing()
        Sync(thing, "T", sync_all=True, actions={"act": act}, tasks={"work": work})
    async with stage.connected(session, "T") as peer:
        await peer.send("_ACTION:T", {"type": "act", "value": 1})
        await peer.send("_TASK_START:T", {"type": "work", "value": 2})
        await peer.fence("T")
        async with asyncio.timeout(3):
            await started.wait()
    assert calls == [((), {"value": 1}), ((), {"value": 2})], calls
