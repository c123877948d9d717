# 0.5.1 0.6.9
"""An object that nobody holds is held by its session."""

import gc

import ws_sync
from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "T"
        self.sync = Sync.all(self, "NOTES") if hasattr(ws_sync, "sync_all") else Sync("NOTES", self)


def make():
    with Session() as session:
        Notes()
    return session


session = make()
gc.collect()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T"}
_PATCH:NOTES /title "x"
_GET:NOTES
    _SET:NOTES {"title": "x"}
"""
