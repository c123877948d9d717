# 0.5.1 0.6.9
"""Dictionaries with integers as keys."""

import ws_sync
from ws_sync import Session, Sync


class Data:
    def __init__(self):
        self.table = {1: "one"}
        self.sync = Sync.all(self, "DATA") if hasattr(ws_sync, "sync_all") else Sync("DATA", self)


with Session() as session:
    data = Data()

DIALOGUE = r"""
connect
    _SET:DATA {"table": {"1": "one"}}
>>> data.table[1] = "uno"
>>> await data.sync()
    _PATCH:DATA {"table": {"1": "uno"}}
_GET:DATA
    _SET:DATA {"table": {"1": "uno"}}
"""
