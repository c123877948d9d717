# 0.6.9
"""The program starts a task through the Sync, reads `running_tasks`, and cancels it."""

import asyncio

from ws_sync import Session, remote_task, sync_all


class Worker:
    @sync_all("W", expose_running_tasks=True)
    def __init__(self):
        self.n = 0

    @remote_task("RUN")
    async def run(self):
        await asyncio.Event().wait()


with Session() as session:
    worker = Worker()


async def cancel():
    task = worker.sync.running_tasks["RUN"]
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled")

DIALOGUE = r"""
connect
    _SET:W {"n": 0, "running_tasks": []}
_TASK_START:W RUN
until W {"running_tasks": ["RUN"]}
    _PATCH:W {"n": 0, "running_tasks": ["RUN"]}
>>> await cancel()
    _PATCH:W {"n": 0, "running_tasks": []}
    | cancelled
>>> worker.sync.running_tasks
    | {}
"""
