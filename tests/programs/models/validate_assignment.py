# 0.8.0
"""A model with `validate_assignment`."""

from pydantic import BaseModel, ConfigDict, field_validator

from ws_sync import Session, Synced, remote_action, sync_all


@sync_all("USER")
class User(Synced, BaseModel):
    model_config = ConfigDict(validate_assignment=True)
    name: str = "ada"
    age: int = 1

    @field_validator("name")
    @classmethod
    def strip(cls, value: str) -> str:
        return value.strip()

    @remote_action
    async def rename(self, name: str):
        self.name = name
        await self.sync()


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"age": 1, "name": "ada"}
_ACTION:USER rename {"name": " bob "}
    _PATCH:USER {"age": 1, "name": "bob"}
_PATCH:USER /age 2
>>> user
    | User(name='bob', age=2)
"""
