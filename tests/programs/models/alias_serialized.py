# 0.8.0
"""Aliases of fields with `serialize_by_alias`."""

from pydantic import BaseModel, ConfigDict, Field, computed_field

from ws_sync import Session, Synced, sync_all


@sync_all("USER")
class User(Synced, BaseModel):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    user_name: str = Field("ada", alias="userName")
    age: int = 1

    @computed_field(alias="nameLength")
    @property
    def name_length(self) -> int:
        return len(self.user_name)


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"age": 1, "nameLength": 3, "userName": "ada"}
_SET:USER {"age": 2}
_PATCH:USER /age 3
>>> user.age
    | 3
"""
