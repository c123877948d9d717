# 0.8.0
"""A Sync that is assigned to a model from outside."""

from pydantic import BaseModel

from ws_sync import Session, Sync, Synced


class Notes(Synced, BaseModel):
    title: str = "T"


with Session() as session:
    a, b = Notes(), Notes(title="B")
    a.sync = Sync.all(a, "A")
    b.sync = Sync.only(b, "B", title="name")

DIALOGUE = r"""
connect
    _SET:A {"title": "T"}
    _SET:B {"name": "B"}
>>> b.title = "new"
>>> await b.sync()
    _PATCH:B {"name": "new"}
"""
