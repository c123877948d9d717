# 0.6.9
"""A task that cleans up in `finally` when it is cancelled."""

import asyncio

from ws_sync import Session, remote_task, sync_all


class Worker:
    @sync_all("W", expose_running_tasks=True)
    def __init__(self):
        self.status = "idle"

    @remote_task("RUN")
    async def run(self):
        self.status = "running"
        await self.sync()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.status = "cancelling"
            await self.sync()
            raise
        finally:
            self.status = "idle"


with Session() as session:
    worker = Worker()

DIALOGUE = r"""
connect
    _SET:W {"running_tasks": [], "status": "idle"}
_TASK_START:W RUN
until W {"status": "running"}
    _PATCH:W {"running_tasks": ["RUN"], "status": "running"}
_TASK_CANCEL:W RUN
until W {"running_tasks": []}
    _PATCH:W {"running_tasks": [], "status": "idle"}
>>> worker.status
    | 'idle'
"""
