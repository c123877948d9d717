# 0.5.1
"""Options of `Sync` by position, the key first."""

from ws_sync import Session, Sync

session = Session()


class Box:
    def __init__(self):
        self.n = 1
        self.sync = Sync("BOX", self, session, self.act, None, None, True, True)

    async def act(self, action):
        self.n = action["n"]
        await self.sync()


box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1, "runningTasks": []}
_ACTION:BOX X {"n": 5}
    _PATCH:BOX {"n": 5, "runningTasks": []}
"""
