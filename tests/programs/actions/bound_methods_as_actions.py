# 0.8.0
"""Bound methods given as actions, besides decorated ones."""

from ws_sync import Session, Sync, remote_action


class Other:
    async def ping(self, text: str = "p"):
        await box.sync.toast(text)


class Box:
    def __init__(self):
        self.n = 0
        self.sync = Sync.all(self, "BOX", actions={"UP": self.up, "PING": Other().ping})

    async def up(self, by: int = 1):
        self.n += by
        await self.sync()

    @remote_action
    async def down(self):
        self.n -= 1
        await self.sync()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX UP {"by": "3"}
    _PATCH:BOX {"n": 3}
_ACTION:BOX down
    _PATCH:BOX {"n": 2}
_ACTION:BOX PING
    _TOAST {"message": "p", "type": "default"}
_ACTION:BOX PING {"text": "hi"}
    _TOAST {"message": "hi", "type": "default"}
"""
