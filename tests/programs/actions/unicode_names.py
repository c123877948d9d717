# 0.6.9
"""Actions and attributes with names of other alphabets."""

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BÖX")
    def __init__(self):
        self.größe = 1

    @remote_action("ÄNDERN 1/2")
    async def ändern(self, größe):
        self.größe = größe
        await self.sync()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BÖX {"größe": 1}
>>> await session.event_handlers["_ACTION:BÖX"]({"type": "ÄNDERN 1/2", "größe": 5})
    _PATCH:BÖX {"größe": 5}
_ACTION:BÖX {"type": "ÄNDERN 1/2", "größe": 7}
    _PATCH:BÖX {"größe": 7}
"""
