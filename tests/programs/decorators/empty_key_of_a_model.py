# 0.8.0
"""The empty string is the key of a model, and the name of an action and a task."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


@sync_all("")
class Notes(Synced, BaseModel):
    title: str = "T"

    @remote_action("")
    async def clear(self):
        self.title = ""
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET: {"title": "T"}
_ACTION: {"type": ""}
    _PATCH: {"title": ""}
"""
