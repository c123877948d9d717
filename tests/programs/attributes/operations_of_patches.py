# 0.5.1 0.6.9
"""Patches with `test`, `copy`, `move` and several operations."""

import ws_sync
from ws_sync import Session, Sync


class Data:
    def __init__(self):
        self.a = [1, 2, 3]
        self.b = {"x": {"y": 1}}
        self.sync = Sync.all(self, "DATA") if hasattr(ws_sync, "sync_all") else Sync("DATA", self)


with Session() as session:
    data = Data()

DIALOGUE = r"""
connect
    _SET:DATA {"a": [1, 2, 3], "b": {"x": {"y": 1}}}
_PATCH:DATA [{"op": "test", "path": "/a/0", "value": 1}, {"op": "replace", "path": "/a/0", "value": 9}]
_PATCH:DATA [{"op": "move", "from": "/a/0", "path": "/a/2"}]
_PATCH:DATA [{"op": "copy", "from": "/b/x", "path": "/b/z"}, {"op": "remove", "path": "/b/x/y"}]
_PATCH:DATA []
>>> data.a, data.b
    | ([2, 3, 9], {'x': {}, 'z': {'y': 1}})
_GET:DATA
    _SET:DATA {"a": [2, 3, 9], "b": {"x": {}, "z": {"y": 1}}}
"""
