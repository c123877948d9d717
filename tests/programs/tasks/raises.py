# 0.6.9
"""A task that raises ends, and can be started again."""

from ws_sync import Session, remote_task, sync_all


class Worker:
    @sync_all("W", expose_running_tasks=True)
    def __init__(self):
        self.runs = 0

    @remote_task("RUN")
    async def run(self):
        self.runs += 1
        raise RuntimeError("failed")


with Session() as session:
    worker = Worker()

DIALOGUE = r"""
connect
    _SET:W {"running_tasks": [], "runs": 0}
_TASK_START:W RUN
until W {"runs": 1, "running_tasks": []}
    _PATCH:W {"running_tasks": [], "runs": 1}
_TASK_START:W RUN
until W {"runs": 2, "running_tasks": []}
    _PATCH:W {"running_tasks": [], "runs": 2}
"""
