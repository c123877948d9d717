# 0.5.1 0.6.9
"""An action that raises."""

import ws_sync
from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "T"
        actions = {"FAIL": self.fail}
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "NOTES", actions=actions)
        else:
            self.sync = Sync("NOTES", self, on_action=actions)

    async def fail(self):
        self.title = "half"
        raise RuntimeError("failed")


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T"}
_ACTION:NOTES FAIL
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: _SET:NOTES {"title": "half"}
>>> notes.title
    | 'half'
"""
