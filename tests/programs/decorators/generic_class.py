# 0.6.9
"""A generic class."""

from typing import Generic, TypeVar

from ws_sync import Session, remote_action, sync_all

T = TypeVar("T")


class Stack(Generic[T]):
    @sync_all("STACK")
    def __init__(self):
        self.items: list[T] = []

    @remote_action("PUSH")
    async def push(self, item: T):
        self.items.append(item)
        await self.sync()


with Session() as session:
    stack = Stack[int]()

DIALOGUE = r"""
connect
    _SET:STACK {"items": []}
_ACTION:STACK PUSH {"item": 1}
    _PATCH:STACK {"items": [1]}
_ACTION:STACK PUSH {"item": {"any": "thing"}}
    _PATCH:STACK {"items": [1, {"any": "thing"}]}
"""
