# 0.5.1 0.6.9
"""A patch that fails: the release closes."""

import ws_sync
from ws_sync import Session, Sync


class Data:
    def __init__(self):
        self.a = [1]
        self.sync = Sync.all(self, "DATA") if hasattr(ws_sync, "sync_all") else Sync("DATA", self)


with Session() as session:
    data = Data()

DIALOGUE = r"""
connect
    _SET:DATA {"a": [1]}
_PATCH:DATA [{"op": "test", "path": "/a/0", "value": 5}]
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: _SET:DATA {"a": [1]}
    here: _SET:DATA {"a": [1]}
_PATCH:DATA /a/7 1
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: _SET:DATA {"a": [1]}
    here: _SET:DATA {"a": [1]}
_PATCH:DATA /nothing/x 1
    0.5.1 0.6.9: closed 1000
    0.5.1 0.6.9: _SET:DATA {"a": [1]}
    here: _SET:DATA {"a": [1]}
>>> data.a
    | [1]
"""
