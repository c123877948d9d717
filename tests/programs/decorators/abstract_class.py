# 0.6.9
"""An abstract base with a decorated `__init__`."""

from abc import ABC, abstractmethod

from ws_sync import Session, remote_action, sync_all


class Base(ABC):
    @sync_all("BASE")
    def __init__(self):
        self.value = self.compute()

    @abstractmethod
    def compute(self): ...

    @remote_action("AGAIN")
    async def again(self):
        self.value = self.compute()
        await self.sync()


class Child(Base):
    n = 0

    def compute(self):
        self.n += 1
        return self.n * 10


with Session() as session:
    child = Child()

DIALOGUE = r"""
connect
    _SET:BASE {"n": 1, "value": 10}
_ACTION:BASE AGAIN
    _PATCH:BASE {"n": 2, "value": 20}
"""
