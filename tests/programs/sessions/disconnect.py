# 0.5.1 0.6.9
"""The application disconnects the client with a text; the client connects again."""

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
>>> await session.disconnect("Goodbye")
    _DISCONNECT "Goodbye"
    closed 1000
    _SET:BOX {"n": 1}
>>> session.is_connected
    | True
"""
