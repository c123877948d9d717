# 0.6.9
"""A decorated function that is assigned to the class later."""

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0


async def up(self, by=1):
    self.n += by
    await self.sync()


Box.up = remote_action("UP")(up)

with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX UP
    _PATCH:BOX {"n": 1}
"""
