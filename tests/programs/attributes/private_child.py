# 0.6.9
"""An object with a private child that is synced itself."""

from ws_sync import Session, remote_action, sync_all


class Child:
    @sync_all("CHILD")
    def __init__(self, parent):
        self._parent = parent
        self.n = 0

    @remote_action("UP")
    async def up(self):
        self.n += 1
        await self.sync()
        await self._parent.sync()


class Parent:
    @sync_all("PARENT")
    def __init__(self):
        self._child = Child(self)

    @property
    def total(self):
        return self._child.n


with Session() as session:
    parent = Parent()

DIALOGUE = r"""
connect
    _SET:CHILD {"n": 0}
    _SET:PARENT {"total": 0}
_ACTION:CHILD UP
    _PATCH:CHILD {"n": 1}
    _PATCH:PARENT {"total": 1}
"""
