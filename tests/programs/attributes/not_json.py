# 0.5.1 0.6.9
"""A value that is not JSON: the send fails and is logged."""

import ws_sync
from ws_sync import Session, Sync


class Data:
    def __init__(self):
        self.value = 1
        self.other = 1
        self.sync = Sync.all(self, "DATA") if hasattr(ws_sync, "sync_all") else Sync("DATA", self)


with Session() as session:
    data = Data()

DIALOGUE = r"""
connect
    _SET:DATA {"other": 1, "value": 1}
>>> data.value = {1, 2}
>>> await data.sync()
    0.5.1 0.6.9: ! TypeError
    here: _PATCH:DATA {"other": 1, "value": [1, 2]}
>>> data.value = 2
>>> await data.sync()
    0.5.1 0.6.9: ! TypeError
    here: _PATCH:DATA {"other": 1, "value": 2}
>>> await session.send("e", {1, 2})
    here: e [1, 2]
>>> await session.send("e", 1)
    e 1
_GET:DATA
    _SET:DATA {"other": 1, "value": 2}
"""
