# 0.8.0
"""Arguments of tasks are converted, and named in camel case."""

from datetime import date

from ws_sync import Session, remote_task, sync_all


class Job:
    @sync_all("JOB", toCamelCase=True)
    def __init__(self):
        self.last_day = ""

    @remote_task
    async def run(self, first_day: date, n_steps: int = 1):
        self.last_day = f"{first_day:%d.%m.} {n_steps}"
        await self.sync()


with Session() as session:
    job = Job()

DIALOGUE = r"""
connect
    _SET:JOB {"lastDay": ""}
_TASK_START:JOB run {"firstDay": "2026-01-02"}
until JOB {"lastDay": "02.01. 1"}
    _PATCH:JOB {"lastDay": "02.01. 1"}
_TASK_START:JOB run {"firstDay": "2026-01-03", "nSteps": "4"}
until JOB {"lastDay": "03.01. 4"}
    _PATCH:JOB {"lastDay": "03.01. 4"}
"""
