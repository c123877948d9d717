# 0.5.1 0.6.9
"""Contexts of sessions nest."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self, name):
        self.name = name
        self.sync = Sync.all(self, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", self)


with Session() as session:
    with Session() as other:
        inner = Box("inner")
    outer = Box("outer")
print(inner.sync.session is other, outer.sync.session is session)

DIALOGUE = r"""
    | True True
connect
    _SET:BOX {"name": "outer"}
"""
