# 0.5.1 0.6.9
"""An action keeps and changes its arguments; the next call gets its own."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.items = []
        actions = {"ADD": self.add}
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "BOX", actions=actions)
        else:
            self.sync = Sync("BOX", self, on_action=actions)

    async def add(self, item, tags=[]):
        tags.append("seen")
        item["tags"] = tags
        self.items.append(item)
        await self.sync()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"items": []}
_ACTION:BOX ADD {"item": {"n": 1}, "tags": ["a"]}
    _PATCH:BOX {"items": [{"n": 1, "tags": ["a", "seen"]}]}
_ACTION:BOX ADD {"item": {"n": 1}, "tags": ["a"]}
    _PATCH:BOX {"items": [{"n": 1, "tags": ["a", "seen"]}, {"n": 1, "tags": ["a", "seen"]}]}
>>> box.items[0] is not box.items[1]
    | True
"""
