# 0.8.0
"""A value that the type of a field refuses."""

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_all


@sync_all("USER")
class User(Synced, BaseModel):
    age: int = 1


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"age": 1}
_PATCH:USER /age "old"
    0.8.0: closed 1000
    0.8.0: _SET:USER {"age": 1}
    here: _SET:USER {"age": 1}
>>> user.age
    | 1
"""
