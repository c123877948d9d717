# 0.6.9
"""Enumerations that are strings or integers."""

from enum import Enum, IntEnum

from ws_sync import Session, sync_all


class Colour(str, Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Lamp:
    @sync_all("LAMP")
    def __init__(self):
        self.colour = Colour.RED
        self.level = Level.LOW
        self.history = [Colour.RED]


with Session() as session:
    lamp = Lamp()

DIALOGUE = r"""
connect
    _SET:LAMP {"colour": "red", "history": ["red"], "level": 1}
>>> lamp.colour = Colour.BLUE; lamp.level = Level.HIGH; lamp.history.append(Colour.BLUE)
>>> await lamp.sync()
    _PATCH:LAMP {"colour": "blue", "history": ["red", "blue"], "level": 2}
"""
