# 0.6.9
"""Within an action, `session_context` has the session; objects made there belong to it."""

from ws_sync import Session, remote_action, session_context, sync_all


class Item:
    @sync_all("ITEM")
    def __init__(self, n):
        self.n = n


class Shop:
    @sync_all("SHOP")
    def __init__(self):
        self.count = 0
        self._items = []

    @remote_action("BUY")
    async def buy(self, n):
        print(session_context.get() is session)
        self._items.append(Item(n))
        self.count += 1
        await self.sync()


with Session() as session:
    shop = Shop()

DIALOGUE = r"""
connect
    _SET:SHOP {"count": 0}
_ACTION:SHOP BUY {"n": 3}
    0.6.9: _PATCH:SHOP {"count": 1}
    0.6.9: | True
    here: _PATCH:SHOP {"count": 1}
    here: _SET:ITEM {"n": 3}
    here: | True
_GET:ITEM
    _SET:ITEM {"n": 3}
"""
