# 0.8.0
"""Nested models: the client edits a field of an element, replaces one, and adds one."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


class Item(BaseModel):
    label: str
    done: bool = False


class Owner(BaseModel):
    name: str = "ada"


@sync_all("TODO")
class Todo(Synced, BaseModel):
    items: list[Item] = []
    by_name: dict[str, Item] = {}
    owner: Owner = Owner()

    @remote_action
    async def add(self, item: Item, at_start: bool = False):
        self.items.insert(0 if at_start else len(self.items), item)
        await self.sync()

    @remote_action
    async def finish(self, index: int):
        self.items[index].done = True
        await self.sync()


with Session() as session:
    todo = Todo()

DIALOGUE = r"""
connect
    _SET:TODO {"by_name": {}, "items": [], "owner": {"name": "ada"}}
_ACTION:TODO add {"item": {"label": "milk"}}
    _PATCH:TODO {"by_name": {}, "items": [{"done": false, "label": "milk"}], "owner": {"name": "ada"}}
_ACTION:TODO add {"item": {"label": "tea", "done": true}, "at_start": true}
    _PATCH:TODO {"by_name": {}, "items": [{"done": true, "label": "tea"}, {"done": false, "label": "milk"}], "owner": {"name": "ada"}}
_ACTION:TODO finish {"index": 1}
    _PATCH:TODO {"by_name": {}, "items": [{"done": true, "label": "tea"}, {"done": true, "label": "milk"}], "owner": {"name": "ada"}}
_PATCH:TODO /items/0/label "green tea"
>>> todo.items[0]
    | Item(label='green tea', done=True)
_PATCH:TODO /owner/name "bob"
>>> todo.owner
    | Owner(name='bob')
_PATCH:TODO add /by_name/x {"label": "x", "done": false}
>>> todo.by_name
    | {'x': Item(label='x', done=False)}
_GET:TODO
    _SET:TODO {"by_name": {"x": {"done": false, "label": "x"}}, "items": [{"done": true, "label": "green tea"}, {"done": true, "label": "milk"}], "owner": {"name": "bob"}}
"""
