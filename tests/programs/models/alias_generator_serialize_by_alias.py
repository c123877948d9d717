# 0.8.0
"""An alias generator with `serialize_by_alias` names attributes, parameters and the running tasks."""

import asyncio

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ws_sync import Session, Synced, remote_action, remote_task, sync_all


@sync_all("USER", expose_running_tasks=True)
class User(Synced, BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, serialize_by_alias=True, populate_by_name=True)

    user_name: str = "ada"

    @remote_action
    async def rename(self, new_name: str):
        self.user_name = new_name
        await self.sync()

    @remote_task
    async def wait(self):
        await asyncio.Event().wait()


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:USER {"runningTasks": [], "userName": "ada"}
_ACTION:USER rename {"newName": "bob"}
    _PATCH:USER {"runningTasks": [], "userName": "bob"}
_SET:USER {"userName": "eve"}
>>> user.user_name
    | 'eve'
_TASK_START:USER wait
until USER {"runningTasks": ["wait"]}
    _PATCH:USER {"runningTasks": ["wait"], "userName": "eve"}
_TASK_CANCEL:USER wait
until USER {"runningTasks": []}
    _PATCH:USER {"runningTasks": [], "userName": "eve"}
"""
