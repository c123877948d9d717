# 0.8.0
"""A plain pydantic model, synced from outside."""

from pydantic import BaseModel

from ws_sync import Session, Sync


class User(BaseModel):
    name: str = "ada"
    age: int = 1


with Session() as session:
    user = User()
    sync = Sync.all(user, "USER")

DIALOGUE = r"""
connect
    _SET:USER {"age": 1, "name": "ada"}
_PATCH:USER /name "bob"
>>> user.name
    | 'bob'
>>> user.age = 2
>>> await sync()
    _PATCH:USER {"age": 2, "name": "bob"}
"""
