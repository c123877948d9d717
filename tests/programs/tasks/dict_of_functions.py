# 0.5.1
"""Tasks by name, with a function for the cancellation."""

import asyncio

from ws_sync import Session, Sync


class Worker:
    def __init__(self):
        self.status = "idle"
        self.sync = Sync(
            "W",
            self,
            tasks={"WAIT": self.wait, "QUICK": self.quick},
            on_task_cancel={"WAIT": self.cancelled},
            expose_running_tasks=True,
            status=...,
        )

    async def wait(self, label="w"):
        self.status = label
        await self.sync()
        await asyncio.Event().wait()

    async def quick(self):
        self.status = "done"

    async def cancelled(self):
        self.status = "cancelled"


with Session() as session:
    worker = Worker()

DIALOGUE = r"""
connect
    _SET:W {"runningTasks": [], "status": "idle"}
_TASK_START:W WAIT {"label": "now"}
until W {"status": "now"}
    _PATCH:W {"runningTasks": ["WAIT"], "status": "now"}
_TASK_START:W WAIT
_TASK_START:W UNKNOWN
_TASK_CANCEL:W QUICK
>>> list(worker.sync.running_tasks)
    | ['WAIT']
_TASK_CANCEL:W WAIT
until W {"runningTasks": []}
    _PATCH:W {"runningTasks": [], "status": "cancelled"}
_TASK_START:W QUICK
until W {"status": "done", "runningTasks": []}
    _PATCH:W {"runningTasks": [], "status": "done"}
"""
