# 0.8.0
"""A list of undecorated `Synced` models is a value of the model that holds them."""

from pydantic import BaseModel, Field

from ws_sync import Session, Synced, remote_action, sync_all


class User(Synced, BaseModel):
    name: str
    password_hash: str = Field("x", exclude=True)


@sync_all("ROOM")
class Room(Synced, BaseModel):
    users: list[User] = []

    @remote_action
    async def join(self, user: User):
        self.users.append(user)
        await self.sync()


with Session() as session:
    room = Room(users=[User(name=f"u{n}") for n in range(2)])

DIALOGUE = r"""
connect
    _SET:ROOM {"users": [{"name": "u0"}, {"name": "u1"}]}
_ACTION:ROOM join {"user": {"name": "eve"}}
    _PATCH:ROOM {"users": [{"name": "u0"}, {"name": "u1"}, {"name": "eve"}]}
_PATCH:ROOM /users/0/name "ada"
>>> room.users[0].name, room.users[0].password_hash
    | ('ada', 'x')
"""
