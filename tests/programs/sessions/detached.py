# 0.5.1 0.6.9
"""`session.ws = None` detaches the client."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 1
        self.sync = Sync.all(self, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", self)


with Session() as session:
    box = Box()


async def detach():
    ws, session.ws = session.ws, None
    print(session.is_connected)
    box.n = 2
    await box.sync()
    session.ws = ws
    print(session.is_connected)

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
>>> await detach()
    0.5.1 0.6.9: | False
    0.5.1 0.6.9: | True
    here: closed 1000
    here: _SET:BOX {"n": 2}
    here: | False
    here: | True
>>> await box.sync()
    0.5.1 0.6.9: _PATCH:BOX {"n": 2}
_GET:BOX
    _SET:BOX {"n": 2}
"""
