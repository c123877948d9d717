# 0.5.1 0.6.9
"""Keys with colons, slashes, spaces and other letters."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    n = 1

    def __init__(self, key):
        self.sync = Sync.all(self, key) if hasattr(ws_sync, "sync_all") else Sync(key, self)


with Session() as session:
    boxes = [Box(key) for key in ("A:B", "a/b/c", "two-words", "ü", "_A", "0")]

DIALOGUE = r"""
connect
    _SET:A:B {"n": 1}
    _SET:a/b/c {"n": 1}
    _SET:two-words {"n": 1}
    _SET:ü {"n": 1}
    _SET:_A {"n": 1}
    _SET:0 {"n": 1}
_PATCH:A:B /n 2
_GET:a/b/c
    _SET:a/b/c {"n": 1}
>>> [box.n for box in boxes]
    | [2, 1, 1, 1, 1, 1]
"""
