# 0.8.0
"""The mixin comes after the model; the model, and a part of it, are abstract."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


class Part(Synced, is_abstract=True):
    @remote_action
    async def rename(self, title: str):
        self.title = title
        await self.sync()


class Notes(BaseModel, Part):
    title: str = "t"

    @sync_all("NOTES")
    def model_post_init(self, _): ...


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "t"}
_ACTION:NOTES rename {"title": "x"}
    _PATCH:NOTES {"title": "x"}
"""
