# 0.6.9
"""A class with slots."""

from ws_sync import Session, sync_all


class Point:
    __slots__ = ("x", "y", "_z", "sync")

    @sync_all("POINT")
    def __init__(self):
        self.x = 1
        self.y = 2
        self._z = 3


with Session() as session:
    point = Point()

DIALOGUE = r"""
    0.6.9: ! AttributeError
connect
    here: _SET:POINT {"x": 1, "y": 2}
_PATCH:POINT /x 5
>>> point.x
    here: | 5
>>> point.y = 7
>>> await point.sync()
    here: _PATCH:POINT {"x": 5, "y": 7}
"""
