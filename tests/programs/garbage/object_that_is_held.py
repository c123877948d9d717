# 0.6.9
"""An object that the program holds stays, after a collection."""

import gc

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1


with Session() as session:
    box = Box()


def collect():
    gc.collect()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
>>> collect()
>>> box.n = 2
>>> await box.sync()
    _PATCH:BOX {"n": 2}
disconnect
>>> collect()
connect
    _SET:BOX {"n": 2}
"""
