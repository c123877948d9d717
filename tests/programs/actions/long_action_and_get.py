# 0.6.9
"""What the client sends during an action is handled after it."""

import asyncio

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action("SLOW")
    async def slow(self):
        for _ in range(3):
            await asyncio.sleep(0.01)
        self.n += 1
        await self.sync()

    @remote_action("FAST")
    async def fast(self):
        await self.sync.toast(f"fast {self.n}")


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX SLOW
    _PATCH:BOX {"n": 1}
_ACTION:BOX FAST
    _TOAST {"message": "fast 1", "type": "default"}
_GET:BOX
    _SET:BOX {"n": 1}
"""
