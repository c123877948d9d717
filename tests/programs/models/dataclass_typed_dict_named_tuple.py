# 0.8.0
"""Fields that are dataclasses, typed dicts and named tuples."""

from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, RootModel
from typing_extensions import TypedDict

from ws_sync import Session, Synced, sync_all


@dataclass
class Point:
    x: int = 0
    y: int = 0


class Options(TypedDict, total=False):
    loud: bool


class Pair(NamedTuple):
    left: int
    right: int


class Tags(RootModel[list[str]]):
    pass


@sync_all("SHAPE")
class Shape(Synced, BaseModel):
    at: Point = Point()
    options: Options = {}
    pair: Pair = Pair(1, 2)
    tags: Tags = Tags(["a"])


with Session() as session:
    shape = Shape()

DIALOGUE = r"""
connect
    _SET:SHAPE {"at": {"x": 0, "y": 0}, "options": {}, "pair": [1, 2], "tags": ["a"]}
_PATCH:SHAPE /at {"x": 1, "y": 2}
_PATCH:SHAPE add /options/loud true
_PATCH:SHAPE /tags ["b", "c"]
>>> shape
    | Shape(at=Point(x=1, y=2), options={'loud': True}, pair=Pair(left=1, right=2), tags=Tags(root=['b', 'c']))
"""
