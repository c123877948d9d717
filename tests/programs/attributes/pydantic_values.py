# 0.6.9
"""A program dumps its pydantic models itself, in a property."""

from pydantic import BaseModel, Field

from ws_sync import Session, remote_action, sync_only


class Item(BaseModel):
    label: str
    secret: str = Field("s", exclude=True)


class Shop:
    @sync_only("SHOP", items_json="items")
    def __init__(self):
        self.items = []

    @property
    def items_json(self):
        return [item.model_dump() for item in self.items]

    @remote_action("ADD")
    async def add(self, item):
        self.items.append(Item(**item))
        await self.sync()


with Session() as session:
    shop = Shop()

DIALOGUE = r"""
connect
    _SET:SHOP {"items": []}
_ACTION:SHOP ADD {"item": {"label": "tea"}}
    _PATCH:SHOP {"items": [{"label": "tea"}]}
"""
