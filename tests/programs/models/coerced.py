# 0.8.0
"""A value that the type of a field converts: the object has the converted value."""

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
_PATCH:USER /age "7"
    here: _PATCH:USER {"age": 7}
>>> user.age
    | 7
>>> await user.sync()
    0.8.0: _PATCH:USER {"age": 7}
"""
