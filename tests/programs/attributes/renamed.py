# 0.5.1
"""Attributes under other names on the wire."""

from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "T"
        self.notes = []
        self.total_length = 0
        self.sync = Sync("NOTES", self, title=..., total_length="totalLength")


with Session() as session:
    notes = Notes()
print(notes.sync.sync_attributes)

DIALOGUE = r"""
    | {'title': 'title', 'total_length': 'totalLength'}
connect
    _SET:NOTES {"title": "T", "totalLength": 0}
_PATCH:NOTES /totalLength 5
>>> notes.total_length
    | 5
_GET:NOTES
    _SET:NOTES {"title": "T", "totalLength": 5}
"""
