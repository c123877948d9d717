# 0.6.9
"""Decorated tasks, exposed, with cancellers; two at a time."""

import asyncio

from ws_sync import Session, remote_task, remote_task_cancel, sync_all


class Worker:
    @sync_all("W", expose_running_tasks=True)
    def __init__(self):
        self.log = []

    @remote_task("A")
    async def a(self, n):
        self.log.append(["a", n])
        await self.sync()
        await asyncio.Event().wait()

    @a.cancel
    async def a_cancelled(self):
        self.log.append("a cancelled")

    @remote_task("B")
    async def b(self):
        await asyncio.Event().wait()

    @remote_task_cancel("B")
    async def b_cancelled(self):
        self.log.append("b cancelled")
        await self.sync()


with Session() as session:
    worker = Worker()

DIALOGUE = r"""
connect
    _SET:W {"log": [], "running_tasks": []}
_TASK_START:W A {"n": 1}
until W {"running_tasks": ["A"], "log": [["a", 1]]}
    _PATCH:W {"log": [["a", 1]], "running_tasks": ["A"]}
_TASK_START:W B
until W {"running_tasks": ["A", "B"]}
    _PATCH:W {"log": [["a", 1]], "running_tasks": ["A", "B"]}
_TASK_START:W A {"n": 2}
>>> sorted(worker.sync.running_tasks)
    | ['A', 'B']
_TASK_CANCEL:W A
until W {"running_tasks": ["B"]}
    _PATCH:W {"log": [["a", 1], "a cancelled"], "running_tasks": ["B"]}
_TASK_CANCEL:W B
until W {"running_tasks": []}
    _PATCH:W {"log": [["a", 1], "a cancelled", "b cancelled"], "running_tasks": []}
_TASK_CANCEL:W B
>>> worker.log
    | [['a', 1], 'a cancelled', 'b cancelled']
"""
