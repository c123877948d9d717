# 0.8.0
"""The decorator is on the `__init__` of a model, which `model_validate` calls too."""

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_only


class Notes(Synced, BaseModel):
    title: str = "t"
    secret: str = "s"

    @sync_only("NOTES", title=...)
    def __init__(self, **data):
        super().__init__(**data)


with Session() as session:
    notes = Notes.model_validate({"title": "x"})

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "x"}
>>> notes.secret = notes.title = "y"
>>> await notes.sync()
    _PATCH:NOTES {"title": "y"}
"""
