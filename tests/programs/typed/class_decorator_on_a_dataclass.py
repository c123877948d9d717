# 0.8.0
"""`sync_all` on a dataclass."""

from dataclasses import dataclass, field

from ws_sync import Session, remote_action, sync_all


@sync_all("CART")
@dataclass
class Cart:
    items: list[str] = field(default_factory=list)
    total: float = 0.0
    _secret: int = 1

    @remote_action
    async def add(self, item: str, price: float):
        self.items.append(item)
        self.total += price
        await self.sync()


with Session() as session:
    cart = Cart()

DIALOGUE = r"""
connect
    _SET:CART {"items": [], "total": 0.0}
_ACTION:CART add {"item": "tea", "price": 2}
    _PATCH:CART {"items": ["tea"], "total": 2.0}
_PATCH:CART /total 5.5
>>> cart.total, cart.items
    | (5.5, ['tea'])
"""
