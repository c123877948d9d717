# 0.8.0
"""An action is overridden without the decorator."""

from ws_sync import Session, remote_action, sync_all


class Base:
    @sync_all("BASE")
    def __init__(self):
        self.log = []

    @remote_action
    async def act(self):
        self.log.append("base")
        await self.sync()


class Child(Base):
    async def act(self):
        self.log.append("child")
        await self.sync()


with Session() as session:
    child = Child()

DIALOGUE = r"""
connect
    _SET:BASE {"log": []}
_ACTION:BASE act
    0.8.0: _PATCH:BASE {"log": ["base"]}
>>> child.log
    0.8.0: | ['base']
    here: | []
"""
