# 0.8.0
"""`@task.cancel`: 0.8 calls the method without the object."""

import asyncio

from ws_sync import Session, remote_task, sync_all


class Job:
    @sync_all("JOB", expose_running_tasks=True)
    def __init__(self):
        self.status = "idle"

    @remote_task
    async def run(self):
        self.status = "running"
        await self.sync()
        await asyncio.Event().wait()

    @run.cancel
    async def stopped(self):
        self.status = "stopped"


with Session() as session:
    job = Job()

DIALOGUE = r"""
connect
    _SET:JOB {"running_tasks": [], "status": "idle"}
_TASK_START:JOB run
until JOB {"status": "running"}
    _PATCH:JOB {"running_tasks": ["run"], "status": "running"}
_TASK_CANCEL:JOB run
until JOB {"running_tasks": []}
    0.8.0: _PATCH:JOB {"running_tasks": [], "status": "running"}
    here: _PATCH:JOB {"running_tasks": [], "status": "stopped"}
"""
