# 0.8.0
"""Private attributes, class variables and excluded fields are not sent."""

from typing import ClassVar

from pydantic import BaseModel, Field, PrivateAttr

from ws_sync import Session, Synced, sync_all


@sync_all("USER", exclude=["token"])
class User(Synced, BaseModel):
    limit: ClassVar[int] = 3

    name: str = "ada"
    token: str = "t"
    _secret: int = PrivateAttr(default=1)
    _plain: str = "p"


with Session() as session:
    user = User()
    user._secret = 5

DIALOGUE = r"""
connect
    _SET:USER {"name": "ada"}
"""
