# 0.8.0
"""`include=None` and `exclude=None`, the defaults of 0.8."""

from ws_sync import Session, Sync, sync_all


class Notes:
    @sync_all("NOTES", include=None, exclude=None, logger=None)
    def __init__(self):
        self.title = "T"
        self.other = Sync.all(self, "OTHER", include=None, exclude=None, actions=None, tasks=None, task_cancels=None)


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:OTHER {"title": "T"}
    _SET:NOTES {"title": "T"}
"""
