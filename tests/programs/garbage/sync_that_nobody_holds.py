# 0.6.9
"""A Sync that nobody holds, of an object that the program holds."""

import gc

from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 1


with Session() as session:
    box = Box()
    Sync.all(box, "BOX")
gc.collect()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
_PATCH:BOX /n 2
>>> box.n
    | 2
"""
