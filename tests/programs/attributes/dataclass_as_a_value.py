# 0.6.9
"""A dataclass as a value can't be sent in 0.6.9."""

from dataclasses import dataclass

from ws_sync import Session, sync_all


@dataclass
class Point:
    x: int = 0


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.at = Point()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    here: _SET:BOX {"at": {"x": 0}}
_GET:BOX
    here: _SET:BOX {"at": {"x": 0}}
"""
