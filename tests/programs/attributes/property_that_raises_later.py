# 0.6.9
"""A property that raises during a sync."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1

    @property
    def inverse(self):
        return 1 / self.n


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"inverse": 1.0, "n": 1}
>>> box.n = 0
>>> await box.sync()
    0.6.9: ! ZeroDivisionError
    here: ! ZeroDivisionError
    here: _PATCH:BOX {"inverse": 1.0, "n": 0}
>>> box.n = 2
>>> await box.sync()
    _PATCH:BOX {"inverse": 0.5, "n": 2}
"""
