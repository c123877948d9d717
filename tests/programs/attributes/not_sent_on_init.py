# 0.5.1 0.6.9
"""A document that is not sent on a new connection."""

import ws_sync
from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "T"
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "NOTES", send_on_init=False)
        else:
            self.sync = Sync("NOTES", self, send_on_init=False)


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
_GET:NOTES
    _SET:NOTES {"title": "T"}
>>> notes.title = "x"
>>> await notes.sync()
    _PATCH:NOTES {"title": "x"}
"""
