# 0.5.1
"""An object that nobody holds is held by its session."""

import gc
import weakref

from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "T"
        self.sync = Sync("NOTES", self)


def make():
    with Session() as session:
        notes = weakref.ref(Notes())
    return session, notes


session, notes = make()
gc.collect()
print(notes() is not None)

DIALOGUE = r"""
    | True
connect
    _SET:NOTES {"title": "T"}
_PATCH:NOTES /title "x"
_GET:NOTES
    _SET:NOTES {"title": "x"}
"""
