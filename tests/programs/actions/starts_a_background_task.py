# 0.6.9
"""An action that starts an asyncio task of its own."""

import asyncio

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0
        self._tasks = set()

    @remote_action("GO")
    async def go(self):
        task = asyncio.create_task(self.later())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def later(self):
        self.n += 1
        await self.sync(toast="later")


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX GO
until _TOAST
    _PATCH:BOX {"n": 1}
    _TOAST {"message": "later", "type": "default"}
"""
