# 0.5.1 0.6.9
"""A client's patch of a property without a setter."""

import ws_sync
from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.notes = ["a"]
        self.sync = Sync.all(self, "NOTES") if hasattr(ws_sync, "sync_all") else Sync("NOTES", self)

    @property
    def count(self):
        return len(self.notes)


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"count": 1, "notes": ["a"]}
_PATCH:NOTES /count 7
    here: _SET:NOTES {"count": 1, "notes": ["a"]}
>>> notes.count
    | 1
>>> await notes.sync()
    0.5.1 0.6.9: _PATCH:NOTES {"count": 1, "notes": ["a"]}
_GET:NOTES
    _SET:NOTES {"count": 1, "notes": ["a"]}
"""
