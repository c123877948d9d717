# 0.8.0
"""A property that raises an AttributeError when the Sync is made is left out."""

from ws_sync import Session, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @property
    def broken(self):
        return self.nowhere


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T"}
>>> notes.title = "x"
>>> await notes.sync()
    _PATCH:NOTES {"title": "x"}
"""
