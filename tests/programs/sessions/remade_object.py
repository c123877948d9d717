# 0.6.9
"""An object makes its Sync again, with more attributes."""

from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 1
        self.sync = Sync.all(self, "BOX")

    def grow(self):
        self.m = 2
        self.sync = Sync.all(self, "BOX")


with Session() as session:
    box = Box()
    box.grow()

DIALOGUE = r"""
connect
    0.6.9: _SET:BOX {"n": 1}
    0.6.9: _SET:BOX {"m": 2, "n": 1}
    here: _SET:BOX {"m": 2, "n": 1}
_GET:BOX
    _SET:BOX {"m": 2, "n": 1}
_PATCH:BOX /m 3
>>> box.m
    | 3
"""
