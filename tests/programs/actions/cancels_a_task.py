# 0.6.9
"""An action that cancels a running task."""

import asyncio

from ws_sync import Session, remote_action, remote_task, sync_all


class Box:
    @sync_all("BOX", expose_running_tasks=True)
    def __init__(self):
        self.n = 0

    @remote_task("RUN")
    async def run(self):
        self.n += 1
        await asyncio.Event().wait()

    @remote_action("STOP")
    async def stop(self):
        for task in list(self.sync.running_tasks.values()):
            task.cancel()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0, "running_tasks": []}
_TASK_START:BOX RUN
until BOX {"running_tasks": ["RUN"]}
    _PATCH:BOX {"n": 0, "running_tasks": ["RUN"]}
>>> await asyncio.sleep(0)
_ACTION:BOX STOP
until BOX {"running_tasks": []}
    _PATCH:BOX {"n": 1, "running_tasks": []}
"""
