# 0.5.1 0.6.9
"""The client writes attributes by patches and by states."""

import ws_sync
from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "My Notes"
        self.notes = ["a", "b"]
        self.table = {"k": {"n": 1}}
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "NOTES")
        else:
            self.sync = Sync("NOTES", self)


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"notes": ["a", "b"], "table": {"k": {"n": 1}}, "title": "My Notes"}
_PATCH:NOTES /title "x"
_PATCH:NOTES /notes/0 "A"
_PATCH:NOTES add /notes/- "c"
_PATCH:NOTES remove /notes/1
_PATCH:NOTES /table/k/n 2
_PATCH:NOTES add /table/new [1, 2.5, null, true]
>>> notes.title, notes.notes, notes.table
    | ('x', ['A', 'c'], {'k': {'n': 2}, 'new': [1, 2.5, None, True]})
_SET:NOTES {"title": "y", "notes": [], "table": {}}
>>> notes.title, notes.notes, notes.table
    | ('y', [], {})
_GET:NOTES
    _SET:NOTES {"notes": [], "table": {}, "title": "y"}
"""
