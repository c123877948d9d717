# 0.8.0
"""A copy that an action makes does not take the place of the original."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


@sync_all("NOTES")
class Notes(Synced, BaseModel):
    title: str = "T"
    version: int = 0

    @remote_action
    async def rename(self, title: str):
        before = self.model_copy()
        self.title = title
        self.version += 1
        await self.sync(toast=f"{before.title} -> {title}")


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T", "version": 0}
_ACTION:NOTES rename {"title": "A"}
    _PATCH:NOTES {"title": "A", "version": 1}
    _TOAST {"message": "T -> A", "type": "default"}
_ACTION:NOTES rename {"title": "B"}
    _PATCH:NOTES {"title": "B", "version": 2}
    _TOAST {"message": "A -> B", "type": "default"}
"""
