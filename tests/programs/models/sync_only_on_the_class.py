# 0.8.0
"""`sync_only` on the class of a model: some fields, under other names."""

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_only


@sync_only("USER", name=..., display_name="shown")
class User(Synced, BaseModel):
    name: str = "ada"
    display_name: str = "Ada"
    password_hash: str = "x"


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"name": "ada", "shown": "Ada"}
_PATCH:USER /shown "A."
>>> user.display_name
    | 'A.'
>>> user.password_hash = "y"
>>> await user.sync()
"""
