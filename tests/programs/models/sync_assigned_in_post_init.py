# 0.8.0
"""A model that assigns its Sync itself in `model_post_init`."""

from pydantic import BaseModel

from ws_sync import Session, Sync, Synced


class Notes(Synced, BaseModel):
    title: str = "T"

    def model_post_init(self, context):
        self.sync = Sync.all(self, key="X")


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:X {"title": "T"}
>>> notes.title = "new"
>>> await notes.sync()
    _PATCH:X {"title": "new"}
"""
