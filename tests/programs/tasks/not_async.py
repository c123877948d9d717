# 0.6.9
"""A task that catches its cancellation goes on and ends by itself."""

import asyncio

from ws_sync import Session, remote_task, sync_all


class Job:
    @sync_all("JOB", expose_running_tasks=True)
    def __init__(self):
        self.log = []

    @remote_task("RUN")
    async def run(self):
        self.log.append("run")
        await self.sync()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.log.append("ignored")


with Session() as session:
    job = Job()

DIALOGUE = r"""
connect
    _SET:JOB {"log": [], "running_tasks": []}
_TASK_START:JOB RUN
until JOB {"log": ["run"]}
    _PATCH:JOB {"log": ["run"], "running_tasks": ["RUN"]}
_TASK_CANCEL:JOB RUN
until JOB {"running_tasks": []}
    _PATCH:JOB {"log": ["run", "ignored"], "running_tasks": []}
_TASK_START:JOB RUN
until JOB {"log": ["run", "ignored", "run"]}
    _PATCH:JOB {"log": ["run", "ignored", "run"], "running_tasks": ["RUN"]}
"""
