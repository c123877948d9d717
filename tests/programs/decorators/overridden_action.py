# 0.6.9
"""An override with the decorator, and one without it."""

from ws_sync import Session, remote_action, sync_all


class Base:
    @sync_all("BASE")
    def __init__(self):
        self.log = []

    @remote_action("A")
    async def a(self):
        self.log.append("base a")
        await self.sync()

    @remote_action("B")
    async def b(self):
        self.log.append("base b")
        await self.sync()


class Child(Base):
    @remote_action("A")
    async def a(self):
        await super().a()
        self.log.append("child a")
        await self.sync()

    async def b(self):
        self.log.append("child b")
        await self.sync()


with Session() as session:
    child = Child()

DIALOGUE = r"""
connect
    _SET:BASE {"log": []}
_ACTION:BASE A
    _PATCH:BASE {"log": ["base a"]}
    _PATCH:BASE {"log": ["base a", "child a"]}
_ACTION:BASE B
>>> child.log
    | ['base a', 'child a']
"""
