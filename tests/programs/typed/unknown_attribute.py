# 0.8.0
"""A state with an attribute that is not there: 0.8 closes."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1
        self._secret = 1


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
_SET:BOX {"nothing": 1}
    0.8.0: closed 1000
    0.8.0: _SET:BOX {"n": 1}
    here: _SET:BOX {"n": 1}
_SET:BOX {"_secret": 2}
    0.8.0: closed 1000
    0.8.0: _SET:BOX {"n": 1}
    here: _SET:BOX {"n": 1}
>>> box._secret, hasattr(box, "nothing")
    | (1, False)
"""
