# 0.6.9
"""A dataclass without a generated `__init__`."""

from dataclasses import dataclass, field

from ws_sync import Session, remote_action, sync_only


@dataclass(init=False, eq=False)
class Cart:
    items: list = field(default_factory=list)
    total: float = 0.0
    note: str = ""

    @sync_only("CART", items=..., total="sum")
    def __init__(self):
        self.items = []
        self.total = 0.0

    @remote_action("ADD")
    async def add(self, price):
        self.items.append(price)
        self.total += price
        await self.sync()


with Session() as session:
    cart = Cart()

DIALOGUE = r"""
connect
    _SET:CART {"items": [], "sum": 0.0}
_ACTION:CART ADD {"price": 2.5}
    _PATCH:CART {"items": [2.5], "sum": 2.5}
_ACTION:CART ADD {"price": 1}
    _PATCH:CART {"items": [2.5, 1], "sum": 3.5}
"""
