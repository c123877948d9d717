# 0.8.0
"""`SyncedAsCamelCase`: fields, computed fields, arguments and running tasks in camel case."""

from pydantic import BaseModel, computed_field

from ws_sync import Session, SyncedAsCamelCase, remote_action, sync_all


@sync_all("TODO", expose_running_tasks=True)
class Todo(SyncedAsCamelCase, BaseModel):
    list_title: str = "t"
    all_items: list[str] = []

    @computed_field
    @property
    def item_count(self) -> int:
        return len(self.all_items)

    @remote_action
    async def add_item(self, new_item: str, at_start: bool = False):
        self.all_items.insert(0 if at_start else len(self.all_items), new_item)
        await self.sync()


with Session() as session:
    todo = Todo(list_title="by name")

DIALOGUE = r"""
connect
    _SET:TODO {"allItems": [], "itemCount": 0, "listTitle": "by name", "runningTasks": []}
_ACTION:TODO add_item {"newItem": "a"}
    _PATCH:TODO {"allItems": ["a"], "itemCount": 1, "listTitle": "by name", "runningTasks": []}
_ACTION:TODO add_item {"new_item": "b", "atStart": true}
    _PATCH:TODO {"allItems": ["b", "a"], "itemCount": 2, "listTitle": "by name", "runningTasks": []}
_PATCH:TODO /listTitle "x"
>>> todo.list_title, todo.all_items
    | ('x', ['b', 'a'])
"""
