# 0.6.9
"""Annotated parameters, which 0.6.9 passes on as they came."""

import datetime
import enum

from ws_sync import Session, remote_action, sync_all


class Color(str, enum.Enum):
    RED = "red"


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action("PAINT")
    async def paint(self, color: Color, places: set = frozenset()):
        print(repr(color), places)

    @remote_action("PLAN")
    async def plan(self, day: datetime.date):
        print(repr(day))


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX PAINT {"color": "red", "places": [1]}
    0.6.9: | 'red' [1]
    here: | <Color.RED: 'red'> {1}
_ACTION:BOX PAINT {"color": "green"}
    0.6.9: | 'green' frozenset()
_ACTION:BOX PLAN {"day": "2020-01-02"}
    0.6.9: | '2020-01-02'
    here: | datetime.date(2020, 1, 2)
"""
