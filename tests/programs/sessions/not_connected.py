# 0.5.1 0.6.9
"""Without a client, sends and syncs do nothing."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 1
        self.sync = Sync.all(self, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", self)


with Session() as session:
    box = Box()
print(session.is_connected, session.ws)

DIALOGUE = r"""
    | False None
>>> await box.sync()
>>> await box.sync.toast("nobody", "sees", 1)
    | 'nobody sees 1'
>>> await box.sync.send_action({"type": "X"})
>>> await session.send("e", 1)
>>> await session.send_binary("e", {}, b"")
>>> await session.disconnect() if False else None
connect
    _SET:BOX {"n": 1}
>>> session.is_connected
    | True
>>> await box.sync.toast("seen", 2, type="error")
    _TOAST {"message": "seen 2", "type": "error"}
    | 'seen 2'
"""
