# 0.6.9
"""Bound methods, partials and callable objects as handlers of events."""

import functools

from ws_sync import Session

session = Session()


class Game:
    def __init__(self):
        self.moves = []
        session.register_event("move", self.move)
        session.register_event("undo", functools.partial(self.undo, 1))

    async def move(self, data):
        self.moves.append(data)
        await session.send("moved", self.moves)

    async def undo(self, count, data):
        del self.moves[-count:]
        await session.send("moved", self.moves)


game = Game()

DIALOGUE = r"""
connect
move "e4"
    moved ["e4"]
move "e5"
    moved ["e4", "e5"]
undo
    moved ["e4"]
"""
