# 0.5.1 0.6.9
"""Tasks that are not exposed."""

import asyncio

import ws_sync
from ws_sync import Session, Sync


class Worker:
    def __init__(self):
        self.n = 0
        tasks = {"COUNT": self.count}
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "W", tasks=tasks)
        else:
            self.sync = Sync("W", self, tasks=tasks)

    async def count(self, to):
        for n in range(to):
            self.n = n + 1
            await self.sync()
            await asyncio.sleep(0)
        await self.sync.toast("counted")


with Session() as session:
    worker = Worker()

DIALOGUE = r"""
connect
    _SET:W {"n": 0}
_TASK_START:W COUNT {"to": 3}
until _TOAST
    _PATCH:W {"n": 3}
    _TOAST {"message": "counted", "type": "default"}
"""
