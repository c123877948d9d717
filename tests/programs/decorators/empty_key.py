# 0.6.9
"""The empty string is a key, and a name of an action."""

from ws_sync import Session, remote_action, sync_all


class Notes:
    @sync_all("")
    def __init__(self):
        self.title = "T"

    @remote_action("")
    async def clear(self):
        self.title = ""
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET: {"title": "T"}
_ACTION: {"type": ""}
    _PATCH: {"title": ""}
>>> notes.title
    | ''
"""
