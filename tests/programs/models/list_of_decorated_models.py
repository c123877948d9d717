# 0.8.0
"""A model that holds decorated models, each with a key of its own by a scope."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all, sync_key_scope


@sync_all("ITEM")
class Item(Synced, BaseModel):
    n: int = 0

    @remote_action
    async def up(self):
        self.n += 1
        await self.sync()


with Session() as session:
    items = []
    for name in ("a", "b"):
        with sync_key_scope(name):
            items.append(Item())

DIALOGUE = r"""
connect
    _SET:a/ITEM {"n": 0}
    _SET:b/ITEM {"n": 0}
_ACTION:b/ITEM up
    _PATCH:b/ITEM {"n": 1}
_ACTION:a/ITEM up
    _PATCH:a/ITEM {"n": 1}
_ACTION:b/ITEM up
    _PATCH:b/ITEM {"n": 2}
"""
