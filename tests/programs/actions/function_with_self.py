# 0.8.0
"""A function whose first parameter is `self`, given as an action, gets the object."""

from ws_sync import Session, Sync


async def clear(self, to: str = ""):
    self.title = to
    await self.sync()


class Notes:
    def __init__(self):
        self.title = "T"
        self.sync = Sync.all(self, "NOTES", actions={"CLEAR": clear})


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T"}
_ACTION:NOTES CLEAR {"to": "x"}
    _PATCH:NOTES {"title": "x"}
"""
