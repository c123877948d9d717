# 0.5.1
"""A second object of one key is refused in 0.5.1."""

from ws_sync import Session, Sync


class Box:
    def __init__(self, n):
        self.n = n
        self.sync = Sync("BOX", self)


with Session() as session:
    first = Box(1)
    try:
        second = Box(2)
        print("made")
    except Exception:
        print("refused")

DIALOGUE = r"""
    0.5.1: | refused
    here: | made
connect
    0.5.1: _SET:BOX {"n": 1}
    here: _SET:BOX {"n": 2}
"""
