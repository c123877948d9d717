# 0.6.9
"""Many objects, each under a key of its own, made and dropped."""

from ws_sync import Session, Sync


class Item:
    def __init__(self, n):
        self.n = n
        self.sync = Sync.all(self, f"ITEM{n}", send_on_init=False)


with Session() as session:
    items = [Item(n) for n in range(50)]

DIALOGUE = r"""
connect
_GET:ITEM7
    _SET:ITEM7 {"n": 7}
_GET:ITEM49
    _SET:ITEM49 {"n": 49}
_PATCH:ITEM3 /n 300
>>> items[3].n
    | 300
"""
