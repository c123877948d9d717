# 0.8.0
"""A generic model, made concrete."""

from typing import Generic, TypeVar

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all

T = TypeVar("T")


@sync_all("BOX")
class Box(Synced, BaseModel, Generic[T]):
    value: T
    history: list[T] = []

    @remote_action
    async def put(self, text: str):
        self.history.append(self.value)
        self.value = text
        await self.sync()


with Session() as session:
    box = Box[str](value="a")

DIALOGUE = r"""
connect
    _SET:BOX {"history": [], "value": "a"}
_ACTION:BOX put {"text": "b"}
    _PATCH:BOX {"history": ["a"], "value": "b"}
_PATCH:BOX /value "c"
>>> box.value, box.history
    | ('c', ['a'])
"""
