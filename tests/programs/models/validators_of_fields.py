# 0.8.0
"""Constraints and validators of fields hold for what the client writes; 0.8 passes them over."""

from pydantic import BaseModel, Field

from ws_sync import Session, Synced, sync_all


@sync_all("USER")
class User(Synced, BaseModel):
    name: str = Field("ada", min_length=1)
    age: int = Field(1, ge=0)


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"age": 1, "name": "ada"}
_PATCH:USER /age -5
    here: _SET:USER {"age": 1, "name": "ada"}
>>> user.age
    0.8.0: | -5
    here: | 1
"""
