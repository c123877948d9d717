# 0.8.0
"""An alias generator to Pascal case with `serialize_by_alias`."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_pascal

from ws_sync import Session, Synced, remote_action, sync_all


@sync_all("USER", expose_running_tasks=True)
class User(Synced, BaseModel):
    model_config = ConfigDict(alias_generator=to_pascal, serialize_by_alias=True, populate_by_name=True)

    user_name: str = "ada"

    @remote_action
    async def rename(self, new_name: str):
        self.user_name = new_name
        await self.sync()


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"RunningTasks": [], "UserName": "ada"}
_ACTION:USER rename {"NewName": "bob"}
    _PATCH:USER {"RunningTasks": [], "UserName": "bob"}
_PATCH:USER /UserName "eve"
>>> user.user_name
    | 'eve'
"""
