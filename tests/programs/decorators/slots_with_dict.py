# 0.6.9
"""Slots and a `__dict__`."""

from ws_sync import Session, sync_all


class Base:
    __slots__ = ("x",)


class Point(Base):
    @sync_all("POINT")
    def __init__(self):
        self.x = 1
        self.y = 2


with Session() as session:
    point = Point()

DIALOGUE = r"""
connect
    _SET:POINT {"x": 1, "y": 2}
_PATCH:POINT /x 3
_PATCH:POINT /y 4
>>> point.x, point.y
    | (3, 4)
"""
