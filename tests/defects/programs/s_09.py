"""S-09: a task that is cancelled before its first step is listed forever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Thing:
    """An object with a task."""

    def __init__(self) -> None:
        self.value = 0


async def show(stage: Stage) -> None:
    """Start a task and cancel it at once; it ends, and can be started again."""
    begun = asyncio.Event()

    async def work(**_: Any) -> None:
        begun.set()

    with Session() as session:
        thing = Thing()
        sync = Sync(thing, "T", sync_all=True, tasks={"work": work}, expose_running_tasks=True)
    async with stage.connected(session, "T") as peer:
        await peer.send("_TASK_START:T", {"type": "work"})
        await peer.send("_TASK_CANCEL:T", {"type": "work"})
        await peer.fence("T")
        await sync()
        await peer.until(lambda: peer.documents["T"]["running_tasks"] == [])
        begun.clear()
        await peer.send("_TASK_START:T", {"type": "work"})
        async with asyncio.timeout(3):
            await begun.wait()
