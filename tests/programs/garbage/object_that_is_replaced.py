# 0.6.9
"""The program replaces an object by another one of the same key."""

import gc

from ws_sync import Session, remote_action, sync_all


class Game:
    @sync_all("GAME")
    def __init__(self, level):
        self.level = level

    @remote_action("UP")
    async def up(self):
        self.level += 1
        await self.sync()


def restart():
    global game
    with session:
        game = Game(1)
    gc.collect()


with Session() as session:
    game = Game(7)

DIALOGUE = r"""
connect
    _SET:GAME {"level": 7}
_ACTION:GAME UP
    _PATCH:GAME {"level": 8}
>>> restart()
    here: _SET:GAME {"level": 1}
_ACTION:GAME UP
    _PATCH:GAME {"level": 2}
_GET:GAME
    _SET:GAME {"level": 2}
"""
