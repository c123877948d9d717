"""S-10: the method that `@task.cancel` marks is called without the object."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ws_sync import Session

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


async def show(stage: Stage) -> None:
    """Cancel a task; the marked method is called with its object."""
    from ws_sync import remote_task, sync_all

    cancelled: list[object] = []

    class Worker:
        @sync_all("W", expose_running_tasks=True)
        def __init__(self) -> None:
            self.value = 0

        @remote_task("work")
        async def work(self) -> None:
            await asyncio.Event().wait()

        @work.cancel
        async def stopped(self) -> None:
            cancelled.append(self)

    with Session() as session:
        worker: Any = Worker()
    async with stage.connected(session, "W") as peer:
        await peer.send("_TASK_START:W", {"type": "work"})
        await peer.until(lambda: peer.documents["W"]["running_tasks"])
        await peer.fence("W")
        await peer.send("_TASK_CANCEL:W", {"type": "work"})
        await peer.until(lambda: not peer.documents["W"]["running_tasks"])
    assert cancelled == [worker], cancelled
