# 0.5.1
"""The canceller gets no arguments and may sync and toast."""

import asyncio

from ws_sync import Session, Sync


class Job:
    def __init__(self):
        self.log = []
        self.sync = Sync("JOB", self, tasks={"RUN": self.run}, on_task_cancel={"RUN": self.stop})

    async def run(self):
        self.log.append("run")
        await self.sync()
        await asyncio.Event().wait()

    async def stop(self):
        self.log.append("stop")
        await self.sync(toast="stopped")


with Session() as session:
    job = Job()

DIALOGUE = r"""
connect
    _SET:JOB {"log": []}
_TASK_START:JOB RUN
until JOB {"log": ["run"]}
    _PATCH:JOB {"log": ["run"]}
_TASK_CANCEL:JOB RUN
until _TOAST
    _PATCH:JOB {"log": ["run", "stop"]}
    _TOAST {"message": "stopped", "type": "default"}
"""
