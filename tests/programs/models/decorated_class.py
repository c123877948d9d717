# 0.8.0
"""A decorator on the class of a model, with a key."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


@sync_all("NOTES")
class Notes(Synced, BaseModel):
    title: str = "T"
    notes: list[str] = []

    @remote_action
    async def add(self, note: str):
        self.notes.append(note)
        await self.sync()


with Session() as session:
    notes = Notes(title="mine")

DIALOGUE = r"""
connect
    _SET:NOTES {"notes": [], "title": "mine"}
_ACTION:NOTES add {"note": "milk"}
    _PATCH:NOTES {"notes": ["milk"], "title": "mine"}
_SET:NOTES {"title": "x"}
_PATCH:NOTES add /notes/- "tea"
>>> notes
    | Notes(title='x', notes=['milk', 'tea'])
"""
