# 0.6.9
"""An object with an async `__call__` as an action."""

from ws_sync import Session, Sync


class Adder:
    def __init__(self, box):
        self.box = box

    async def __call__(self, by=1):
        self.box.n += by
        await self.box.sync()


class Box:
    def __init__(self):
        self.n = 0
        self.sync = Sync.all(self, "BOX", actions={"ADD": Adder(self)})


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX ADD {"by": 2}
    _PATCH:BOX {"n": 2}
"""
