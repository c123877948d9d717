# 0.6.9
"""Running tasks in camel case, and a progress that is throttled."""

from ws_sync import Session, remote_task, sync_all


class Worker:
    @sync_all("W", expose_running_tasks=True, toCamelCase=True)
    def __init__(self):
        self.steps_done = 0

    @remote_task("RUN")
    async def run(self, steps):
        for _ in range(steps):
            self.steps_done += 1
            await self.sync(if_since_last=1000)
        await self.sync()


with Session() as session:
    worker = Worker()

DIALOGUE = r"""
connect
    _SET:W {"runningTasks": [], "stepsDone": 0}
_TASK_START:W RUN {"steps": 100}
until W {"runningTasks": ["RUN"]}
    _PATCH:W {"runningTasks": ["RUN"], "stepsDone": 0}
until W {"stepsDone": 100, "runningTasks": []}
    _PATCH:W {"runningTasks": [], "stepsDone": 100}
"""
