# 0.8.0
"""An older object of a key never removes the handlers of the newer one."""

import gc

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self, n):
        self.n = n


with Session() as session:
    old = Box(1)
    new = Box(2)
del old
gc.collect()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 2}
_PATCH:BOX /n 3
>>> new.n
    | 3
"""
