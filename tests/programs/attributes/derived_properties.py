# 0.6.9
"""Properties that depend on what a client writes."""

from ws_sync import Session, sync_all


class Cart:
    @sync_all("CART")
    def __init__(self):
        self.rows = [{"price": 1}]

    @property
    def total(self):
        return sum(row["price"] for row in self.rows)


with Session() as session:
    cart = Cart()

DIALOGUE = r"""
connect
    _SET:CART {"rows": [{"price": 1}], "total": 1}
_PATCH:CART /rows/0/price 5
    here: _PATCH:CART {"rows": [{"price": 5}], "total": 5}
>>> await cart.sync()
    0.6.9: _PATCH:CART {"rows": [{"price": 5}], "total": 5}
_PATCH:CART add /rows/- {"price": 7}
    here: _PATCH:CART {"rows": [{"price": 5}, {"price": 7}], "total": 12}
>>> await cart.sync()
    0.6.9: _PATCH:CART {"rows": [{"price": 5}, {"price": 7}], "total": 12}
"""
