# 0.6.9
"""What an action returns is not sent."""

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action("ADD")
    async def add(self, a, b):
        return {"sum": a + b}


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX ADD {"a": 1, "b": 2}
>>> await box.add(1, 2)
    | {'sum': 3}
"""
