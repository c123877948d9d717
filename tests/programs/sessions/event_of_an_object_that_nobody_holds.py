# 0.6.9
"""A bound method as a handler keeps its object."""

import gc

from ws_sync import Session

session = Session()


class Game:
    def __init__(self):
        session.register_event("move", self.move)

    async def move(self, data):
        await session.send("moved", data)


Game()
gc.collect()

DIALOGUE = r"""
connect
move 1
    moved 1
"""
