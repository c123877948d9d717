# 0.8.0
"""A model inherits fields, actions and the decorator of its base."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


@sync_all("BASE")
class Base(Synced, BaseModel):
    name: str = "n"

    @remote_action
    async def rename(self, name: str):
        self.name = name
        await self.sync()


class Child(Base):
    age: int = 1

    @remote_action
    async def grow(self, by: int = 1):
        self.age += by
        await self.sync()


with Session() as session:
    child = Child()

DIALOGUE = r"""
connect
    _SET:BASE {"age": 1, "name": "n"}
_ACTION:BASE rename {"name": "m"}
    _PATCH:BASE {"age": 1, "name": "m"}
_ACTION:BASE grow
    _PATCH:BASE {"age": 2, "name": "m"}
_ACTION:BASE grow {"by": 2}
    _PATCH:BASE {"age": 4, "name": "m"}
"""
