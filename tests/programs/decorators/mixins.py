# 0.6.9
"""Actions and attributes of mixins."""

from ws_sync import Session, remote_action, sync_all


class Named:
    name = "n"

    @remote_action("RENAME")
    async def rename(self, name):
        self.name = name
        await self.sync()


class Counted:
    def __init__(self):
        self.count = 0

    @remote_action("UP")
    async def up(self, by=1):
        self.count += by
        await self.sync()


class Thing(Named, Counted):
    @sync_all("THING")
    def __init__(self):
        super().__init__()
        self.own = True


with Session() as session:
    thing = Thing()

DIALOGUE = r"""
connect
    _SET:THING {"count": 0, "name": "n", "own": true}
_ACTION:THING RENAME {"name": "m"}
    _PATCH:THING {"count": 0, "name": "m", "own": true}
_ACTION:THING UP {"by": 3}
    _PATCH:THING {"count": 3, "name": "m", "own": true}
"""
