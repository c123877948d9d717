# 0.8.0
"""A field with an alias, populated by name, is called by its name on the wire, both ways."""

from pydantic import BaseModel, ConfigDict, Field

from ws_sync import Session, Synced, sync_all


@sync_all("USER")
class User(Synced, BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    user_name: str = Field("ada", alias="userName")


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"user_name": "ada"}
_SET:USER {"user_name": "bob"}
>>> user.user_name
    | 'bob'
_PATCH:USER /user_name "eve"
>>> user.user_name
    | 'eve'
"""
