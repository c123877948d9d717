# 0.5.1 0.6.9
"""`observe` is declared and does nothing in these releases."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 0
        self.secret = 1
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.only(self, "BOX", n=...)
        else:
            self.sync = Sync("BOX", self, n=...)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
>>> box.sync.observe(box)
"""
