# 0.8.0
"""A plain property of a model is not a computed field."""

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_all


@sync_all("RECT")
class Rect(Synced, BaseModel):
    width: float = 2.0

    @property
    def secret_area(self) -> float:
        return self.width**2


with Session() as session:
    rect = Rect()

DIALOGUE = r"""
connect
    _SET:RECT {"width": 2.0}
"""
