# 0.6.9
"""A second object of one key takes over in 0.6.9; both send their states."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self, n):
        self.n = n


with Session() as session:
    first, second = Box(1), Box(2)

DIALOGUE = r"""
connect
    0.6.9: _SET:BOX {"n": 1}
    0.6.9: _SET:BOX {"n": 2}
    here: _SET:BOX {"n": 2}
_PATCH:BOX /n 5
>>> first.n, second.n
    | (1, 5)
>>> second.n = 6
>>> await second.sync()
    _PATCH:BOX {"n": 6}
_GET:BOX
    _SET:BOX {"n": 6}
"""
