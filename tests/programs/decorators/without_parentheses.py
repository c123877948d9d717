# 0.8.0
"""All decorators without parentheses."""

from ws_sync import Session, remote_action, remote_task, sync_all


class One:
    @sync_all
    def __init__(self):
        self.x = 1

    @remote_action
    async def up(self):
        self.x += 1
        await self.sync()


@sync_all
class Two:
    def __init__(self):
        self.y = 1


with Session() as session:
    one, two = One(), Two()

DIALOGUE = r"""
connect
    _SET:One {"x": 1}
    _SET:Two {"y": 1}
_ACTION:One up
    _PATCH:One {"x": 2}
"""
