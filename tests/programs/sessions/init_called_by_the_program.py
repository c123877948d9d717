# 0.5.1 0.6.9
"""`session.init()` sends all states again."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 1
        self.sync = Sync.all(self, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", self)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
>>> await session.init()
    _SET:BOX {"n": 1}
>>> box.n = 5
>>> await session.init()
    _SET:BOX {"n": 5}
>>> await box.sync()
"""
