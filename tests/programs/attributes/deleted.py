# 0.6.9
"""An attribute that is deleted later."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1
        self.m = 2


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"m": 2, "n": 1}
>>> del box.n
>>> box.m = 3
>>> await box.sync()
    0.6.9: ! AttributeError
    here: ! AttributeError
    here: _PATCH:BOX {"m": 3, "n": 1}
>>> box.n = 5
>>> await box.sync()
    _PATCH:BOX {"m": 3, "n": 5}
_GET:BOX
    _SET:BOX {"m": 3, "n": 5}
"""
