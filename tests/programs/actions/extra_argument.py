# 0.5.1 0.6.9
"""An argument that an action does not take."""

import ws_sync
from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "T"
        actions = {"RENAME": self.rename}
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "NOTES", actions=actions)
        else:
            self.sync = Sync("NOTES", self, on_action=actions)

    async def rename(self, title):
        self.title = title
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T"}
_ACTION:NOTES RENAME {"title": "x", "extra": 1}
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: _SET:NOTES {"title": "T"}
    here: _PATCH:NOTES {"title": "x"}
>>> notes.title
    0.5.1 0.6.9: | 'T'
    here: | 'x'
"""
