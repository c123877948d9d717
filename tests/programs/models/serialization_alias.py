# 0.8.0
"""A computed field with an alias, without `serialize_by_alias`, is called by its name."""

from pydantic import BaseModel, computed_field

from ws_sync import Session, Synced, sync_all


@sync_all("USER")
class User(Synced, BaseModel):
    name: str = "ada"

    @computed_field(alias="nameLength")
    @property
    def name_length(self) -> int:
        return len(self.name)


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"name": "ada", "name_length": 3}
"""
