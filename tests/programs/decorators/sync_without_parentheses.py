# 0.8.0
"""`@sync` without parentheses."""

from ws_sync import Session, remote_action, sync


class Notes:
    @sync
    def __init__(self):
        self.title = "T"

    @remote_action
    async def ping(self):
        await self.sync.toast("pong")


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:Notes {}
_ACTION:Notes ping
    _TOAST {"message": "pong", "type": "default"}
"""
