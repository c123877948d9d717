# 0.5.1 0.6.9
"""Toasts: types, parts that are not strings, and no text."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.a = 1
        self.sync = Sync.all(self, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", self)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"a": 1}
>>> await box.sync.toast()
    _TOAST {"message": "", "type": "default"}
    | ''
>>> await box.sync.toast(1, None, [2], type="info")
    _TOAST {"message": "1 None [2]", "type": "info"}
    | '1 None [2]'
>>> await box.sync.toast("x", type="custom")
    _TOAST {"message": "x", "type": "custom"}
    | 'x'
>>> await box.sync(toast="")
>>> await box.sync(toast="t", type="error")
    _TOAST {"message": "t", "type": "error"}
"""
