# 0.6.9
"""Owners with `__eq__`, without a hash, and with `__bool__` and `__len__`."""

from ws_sync import Session, remote_action, sync_all


class Bag:
    @sync_all("BAG")
    def __init__(self):
        self.items = []

    def __eq__(self, other):
        return isinstance(other, Bag) and other.items == self.items

    def __len__(self):
        return len(self.items)

    @remote_action("ADD")
    async def add(self, item):
        self.items.append(item)
        await self.sync()


with Session() as session:
    bag = Bag()
with Session():
    other = Bag()
print(bag == other, bool(bag), len(bag))

DIALOGUE = r"""
    | True False 0
connect
    _SET:BAG {"items": []}
_ACTION:BAG ADD {"item": 1}
    _PATCH:BAG {"items": [1]}
>>> bag == other, bool(bag)
    | (False, True)
"""
