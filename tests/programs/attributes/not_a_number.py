# 0.5.1 0.6.9
"""NaN and infinity."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.a = 1.5
        self.sync = Sync.all(self, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", self)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"a": 1.5}
>>> box.a = float("inf")
>>> await box.sync()
    0.5.1 0.6.9: _PATCH:BOX {"a": Infinity}
    here: ! ValueError
>>> box.a = 2.5
>>> await box.sync()
    _PATCH:BOX {"a": 2.5}
"""
