# 0.6.9
"""A subclass that calls the decorated `__init__` of its base last adds its attributes."""

from ws_sync import Session, sync_all


class Shape:
    @sync_all("SHAPE", exclude=["secret"])
    def __init__(self):
        self.x = 0
        self.secret = 1


class Circle(Shape):
    def __init__(self):
        self.radius = 2
        super().__init__()


with Session() as session:
    circle = Circle()

DIALOGUE = r"""
connect
    _SET:SHAPE {"radius": 2, "x": 0}
_PATCH:SHAPE /radius 3
>>> circle.radius
    | 3
"""
