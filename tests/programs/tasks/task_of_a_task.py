# 0.6.9
"""A task that starts coroutines of its own and collects them."""

import asyncio

from ws_sync import Session, remote_task, sync_all


class Job:
    @sync_all("JOB", expose_running_tasks=True)
    def __init__(self):
        self.results = []

    @remote_task("RUN")
    async def run(self, n):
        self.results = await asyncio.gather(*(self.part(i) for i in range(n)))
        await self.sync.toast("done", len(self.results))

    async def part(self, i):
        await asyncio.sleep(0)
        return i * i


with Session() as session:
    job = Job()

DIALOGUE = r"""
connect
    _SET:JOB {"results": [], "running_tasks": []}
_TASK_START:JOB RUN {"n": 4}
until JOB {"running_tasks": ["RUN"]}
    _PATCH:JOB {"results": [], "running_tasks": ["RUN"]}
until JOB {"results": [0, 1, 4, 9], "running_tasks": []}
    _TOAST {"message": "done 4", "type": "default"}
    _PATCH:JOB {"results": [0, 1, 4, 9], "running_tasks": []}
"""
