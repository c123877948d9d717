# 0.5.1 0.6.9
"""A state with unknown names: the releases set any attribute."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 1
        self.sync = Sync.all(self, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", self)

    def method(self):
        return "method"


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
_SET:BOX {"stray": 5, "method": 1}
    here: _SET:BOX {"n": 1}
>>> hasattr(box, "stray"), callable(box.method)
    0.5.1 0.6.9: | (True, False)
    here: | (False, True)
"""
