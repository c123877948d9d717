# 0.6.9
"""Two methods with the same action name: the last one in the order of `dir` wins."""

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action("X")
    async def z(self):
        await self.sync.toast("z")

    @remote_action("X")
    async def a(self):
        await self.sync.toast("a")


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX X
    0.6.9: _TOAST {"message": "z", "type": "default"}
    here: _TOAST {"message": "a", "type": "default"}
"""
