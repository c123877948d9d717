# 0.8.0
"""The Sync is made after the user's own `model_post_init`."""

from typing import Any

from pydantic import BaseModel, PrivateAttr

from ws_sync import Session, Synced, sync_all


class Notes(Synced, BaseModel):
    title: str = "t"
    _log: list[str] = PrivateAttr(default_factory=list)

    @sync_all("NOTES")
    def model_post_init(self, context: Any) -> None:
        self.title = self.title.upper()
        self._log.append("made")


with Session() as session:
    notes = Notes(title="abc")
print(notes._log)

DIALOGUE = r"""
    | ['made']
connect
    _SET:NOTES {"title": "ABC"}
"""
