# 0.8.0
"""The first pattern of the README: a model with `@sync_all()` on `model_post_init`."""

from pydantic import BaseModel, computed_field

from ws_sync import Session, Synced, remote_action, sync_all


class Notes(Synced, BaseModel):
    title: str = "My Notes"
    notes: list[str] = []

    @computed_field
    @property
    def total_length(self) -> int:
        return sum(len(note) for note in self.notes)

    @sync_all()
    def model_post_init(self, context):
        pass

    @remote_action
    async def rename(self, new_title: str):
        self.title = new_title
        await self.sync()

    @remote_action("ADD")
    async def add(self, note: str):
        self.notes.append(note)
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:Notes {"notes": [], "title": "My Notes", "total_length": 0}
_ACTION:Notes rename {"new_title": "Food"}
    _PATCH:Notes {"notes": [], "title": "Food", "total_length": 0}
_ACTION:Notes ADD {"note": "milk"}
    _PATCH:Notes {"notes": ["milk"], "title": "Food", "total_length": 4}
_PATCH:Notes /title "x"
>>> notes.title
    | 'x'
"""
