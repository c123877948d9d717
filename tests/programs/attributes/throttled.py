# 0.6.9
"""`if_since_last` skips a sync that comes too early."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
>>> box.n = 1
>>> await box.sync(if_since_last=1000)
    _PATCH:BOX {"n": 1}
>>> box.n = 2
>>> await box.sync(if_since_last=1000)
>>> await box.sync.sync(1000)
>>> await box.sync(if_since_last=0)
    _PATCH:BOX {"n": 2}
>>> box.n = 3
>>> await box.sync()
    _PATCH:BOX {"n": 3}
"""
