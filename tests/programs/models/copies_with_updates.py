# 0.8.0
"""`model_copy(update=…)` and a deep copy are values; the original goes on."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


@sync_all("NOTES")
class Notes(Synced, BaseModel):
    notes: list[str] = []

    @remote_action
    async def add(self, note: str):
        history.append(self.model_copy(update={"notes": list(self.notes)}))
        self.notes.append(note)
        await self.sync()

    @remote_action
    async def undo(self):
        self.notes = history.pop().notes
        await self.sync()


history = []
with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"notes": []}
_ACTION:NOTES add {"note": "a"}
    _PATCH:NOTES {"notes": ["a"]}
_ACTION:NOTES add {"note": "b"}
    _PATCH:NOTES {"notes": ["a", "b"]}
_ACTION:NOTES undo
    _PATCH:NOTES {"notes": ["a"]}
_ACTION:NOTES undo
    _PATCH:NOTES {"notes": []}
"""
