# 0.6.9
"""`sync` with its options, some attributes and no others."""

import ws_sync
from ws_sync import Session


class Notes:
    @ws_sync.sync("NOTES", include={"title": ..., "total_length": "size"}, expose_running_tasks=True)
    def __init__(self):
        self.title = "T"
        self.draft = "d"
        self.total_length = 3


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"running_tasks": [], "size": 3, "title": "T"}
_PATCH:NOTES /size 4
>>> notes.total_length
    | 4
"""
