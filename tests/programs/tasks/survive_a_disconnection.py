# 0.5.1
"""A task goes on while the client is away."""

import asyncio

from ws_sync import Session, Sync


class Worker:
    def __init__(self):
        self.n = 0
        self.go_on = asyncio.Event()
        self.sync = Sync("W", self, tasks={"RUN": self.run}, expose_running_tasks=True, n=...)

    async def run(self):
        self.n = 1
        await self.sync()
        await self.go_on.wait()
        self.n = 2
        await self.sync()


with Session() as session:
    worker = Worker()


async def finish():
    worker.go_on.set()
    while worker.sync.running_tasks:
        await asyncio.sleep(0)

DIALOGUE = r"""
connect
    _SET:W {"n": 0, "runningTasks": []}
_TASK_START:W RUN
until W {"n": 1, "runningTasks": ["RUN"]}
    _PATCH:W {"n": 1, "runningTasks": ["RUN"]}
disconnect
>>> await finish()
connect
    _SET:W {"n": 2, "runningTasks": []}
"""
