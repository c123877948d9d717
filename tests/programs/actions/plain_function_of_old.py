# 0.5.1 0.6.9
"""An action that is not async: the releases call it and then fail to await."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.a = 1
        actions = {"SET": self.change}
        if hasattr(ws_sync, "sync_all"):
            self.sync = Sync.all(self, "BOX", actions=actions)
        else:
            self.sync = Sync("BOX", self, on_action=actions)

    def change(self, a):
        self.a = a


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"a": 1}
_ACTION:BOX SET {"a": 5}
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: _SET:BOX {"a": 5}
>>> box.a
    | 5
"""
