# 0.8.0
"""A nested `Synced` model that nothing decorates sends nothing of its own."""

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_only


class User(Synced, BaseModel):
    name: str = "ada"
    password_hash: str = "x"


@sync_only("ROOM", topic=...)
class Room(Synced, BaseModel):
    topic: str = "t"
    users: list[User] = []


with Session() as session:
    room = Room(users=[User(), User(name="bob")])

DIALOGUE = r"""
connect
    _SET:ROOM {"topic": "t"}
_GET:User
>>> room.topic = "u"
>>> await room.sync()
    _PATCH:ROOM {"topic": "u"}
"""
