# 0.6.9
"""A decorated `__init__` that is called again to reset an object."""

from ws_sync import Session, remote_action, sync_all


class Game:
    @sync_all("GAME")
    def __init__(self):
        self.points = 0

    @remote_action("WIN")
    async def win(self):
        self.points += 1
        await self.sync()

    @remote_action("RESET")
    async def reset(self):
        self.__init__()
        await self.sync()


with Session() as session:
    game = Game()

DIALOGUE = r"""
connect
    _SET:GAME {"points": 0}
_ACTION:GAME WIN
    _PATCH:GAME {"points": 1}
_ACTION:GAME WIN
    _PATCH:GAME {"points": 2}
_ACTION:GAME RESET
    here: _SET:GAME {"points": 0}
_GET:GAME
    _SET:GAME {"points": 0}
_ACTION:GAME WIN
    _PATCH:GAME {"points": 1}
"""
