# 0.8.0
"""Tasks of a model."""

import asyncio

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_task, sync_all


@sync_all("JOB", expose_running_tasks=True)
class Job(Synced, BaseModel):
    status: str = "idle"

    @remote_task
    async def run(self, label: str = "r"):
        self.status = label
        await self.sync()
        await asyncio.Event().wait()


with Session() as session:
    job = Job()

DIALOGUE = r"""
connect
    _SET:JOB {"running_tasks": [], "status": "idle"}
_TASK_START:JOB run {"label": "now"}
until JOB {"status": "now"}
    _PATCH:JOB {"running_tasks": ["run"], "status": "now"}
_TASK_CANCEL:JOB run
until JOB {"running_tasks": []}
    _PATCH:JOB {"running_tasks": [], "status": "now"}
"""
