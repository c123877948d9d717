# 0.8.0
"""A closure given as an action: 0.8 gives it the object as its first argument."""

from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 0

        async def up(by: int = 1):
            self.n += by
            await self.sync()

        self.sync = Sync.all(self, "BOX", actions={"UP": up})


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX UP {"by": 3}
    0.8.0: closed 1000
    0.8.0: _SET:BOX {"n": 0}
    here: _PATCH:BOX {"n": 3}
"""
