# 0.6.9
"""Partials and lambdas of coroutines as actions."""

import functools

from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 0
        self.sync = Sync.all(
            self,
            "BOX",
            actions={
                "UP": functools.partial(self.add, 1),
                "DOWN": lambda by=1: self.add(-by),
            },
        )

    async def add(self, by):
        self.n += by
        await self.sync()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX UP
    _PATCH:BOX {"n": 1}
_ACTION:BOX DOWN {"by": 3}
    _PATCH:BOX {"n": -2}
"""
