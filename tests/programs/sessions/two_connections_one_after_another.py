# 0.6.9
"""Changes between two connections arrive with the state of the second one."""

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.items = []

    @remote_action("ADD")
    async def add(self, item):
        self.items.append(item)
        await self.sync()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"items": []}
_ACTION:BOX ADD {"item": 1}
    _PATCH:BOX {"items": [1]}
disconnect
>>> await box.add(2)
>>> box.items.append(3)
connect
    _SET:BOX {"items": [1, 2, 3]}
>>> await box.sync()
_ACTION:BOX ADD {"item": 4}
    _PATCH:BOX {"items": [1, 2, 3, 4]}
"""
