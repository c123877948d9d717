# 0.8.0
"""`sync.close()`: the object leaves the session."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
>>> box.sync.close()
_PATCH:BOX /n 2
_GET:BOX
>>> box.n
    | 1
disconnect
connect
"""
