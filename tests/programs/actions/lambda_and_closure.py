# 0.5.1
"""A closure and a bound method of another object as actions."""

from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 0


class Counter:
    async def up(self, by=1):
        box.n += by
        await sync()


with Session() as session:
    box = Box()

    async def reset():
        box.n = 0
        await sync()

    sync = Sync("BOX", box, on_action={"UP": Counter().up, "RESET": reset})

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX UP
    _PATCH:BOX {"n": 1}
_ACTION:BOX UP {"by": 5}
    _PATCH:BOX {"n": 6}
_ACTION:BOX RESET
    _PATCH:BOX {"n": 0}
"""
