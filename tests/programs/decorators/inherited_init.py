# 0.6.9
"""A subclass without an `__init__` of its own inherits the decorated one, and adds actions."""

from ws_sync import Session, remote_action, sync_all


class Base:
    @sync_all("BASE")
    def __init__(self, n=0):
        self.n = n

    @remote_action("UP")
    async def up(self):
        self.n += 1
        await self.sync()


class Child(Base):
    limit = 2

    @remote_action("DOWN")
    async def down(self):
        self.n -= 1
        await self.sync()


with Session() as session:
    child = Child(1)

DIALOGUE = r"""
connect
    _SET:BASE {"limit": 2, "n": 1}
_ACTION:BASE UP
    _PATCH:BASE {"limit": 2, "n": 2}
_ACTION:BASE DOWN
    _PATCH:BASE {"limit": 2, "n": 1}
"""
