# 0.5.1 0.6.9
"""A change that is not synced yet, and a write of another attribute by the client."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.a = 1
        self.b = 1
        self.sync = Sync.all(self, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", self)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"a": 1, "b": 1}
>>> box.a = 777
_PATCH:BOX /b 2
>>> box.a, box.b
    0.5.1 0.6.9: | (1, 2)
    here: | (777, 2)
"""
