# 0.8.0
"""Arguments are converted by the annotations: models, dataclasses, enums, dates, typed dicts."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal

from pydantic import BaseModel
from typing_extensions import TypedDict

from ws_sync import Session, remote_action, sync_all


class Item(BaseModel):
    label: str
    count: int = 1


@dataclass
class Point:
    x: int
    y: int = 0


class Kind(Enum):
    A = "a"


class Options(TypedDict, total=False):
    loud: bool


class Shop:
    @sync_all("SHOP")
    def __init__(self):
        self.n = 0

    @remote_action
    async def take(self, item: Item, point: Point, kind: Kind, day: date, options: Options, items: list[Item] = []):
        print(item, point, kind, day, options, items)

    @remote_action
    async def numbers(self, n: int, x: float = 0.5, flag: bool = False, mode: Literal["a", "b"] = "a"):
        print(n, x, flag, mode)


with Session() as session:
    shop = Shop()

DIALOGUE = r"""
connect
    _SET:SHOP {"n": 0}
_ACTION:SHOP take {"item": {"label": "a"}, "point": {"x": 1}, "kind": "a", "day": "2026-01-02", "options": {"loud": true}}
    | label='a' count=1 Point(x=1, y=0) Kind.A 2026-01-02 {'loud': True} []
_ACTION:SHOP take {"item": {"label": "a", "count": "2"}, "point": {"x": 1}, "kind": "a", "day": "2026-01-02", "options": {}, "items": [{"label": "b"}]}
    | label='a' count=2 Point(x=1, y=0) Kind.A 2026-01-02 {} [Item(label='b', count=1)]
_ACTION:SHOP numbers {"n": "5", "x": 1, "flag": true, "mode": "b"}
    | 5 1.0 True b
_ACTION:SHOP numbers {"n": 5.0}
    | 5 0.5 False a
"""
