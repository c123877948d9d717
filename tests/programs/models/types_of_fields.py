# 0.8.0
"""Fields of the types that pydantic serialises."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_all


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1


@sync_all("DATA")
class Data(Synced, BaseModel):
    day: date = date(2026, 1, 2)
    at: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    took: timedelta = timedelta(seconds=90)
    price: Decimal = Decimal("1.50")
    colour: Colour = Colour.RED
    level: Level = Level.LOW
    path: Path = Path("a/b")
    id: UUID = UUID(int=1)
    raw: bytes = b"abc"
    tags: tuple[str, ...] = ("a",)
    mode: Literal["on", "off"] = "on"
    numbers: set[int] = {1}


with Session() as session:
    data = Data()

DIALOGUE = r"""
connect
    _SET:DATA {"at": "2026-01-02T03:04:05Z", "colour": "red", "day": "2026-01-02", "id": "00000000-0000-0000-0000-000000000001", "level": 1, "mode": "on", "numbers": [1], "path": "a/b", "price": "1.50", "raw": "abc", "tags": ["a"], "took": "PT1M30S"}
_PATCH:DATA /day "2027-05-06"
_PATCH:DATA /colour "blue"
_PATCH:DATA /mode "off"
_PATCH:DATA /tags ["x", "y"]
_PATCH:DATA /id "00000000-0000-0000-0000-000000000002"
>>> data.day, data.colour, data.mode, data.tags, data.id
    | (datetime.date(2027, 5, 6), <Colour.BLUE: 'blue'>, 'off', ('x', 'y'), UUID('00000000-0000-0000-0000-000000000002'))
>>> data.raw = b"d"; data.numbers.add(2)
>>> await data.sync()
    _PATCH:DATA {"at": "2026-01-02T03:04:05Z", "colour": "blue", "day": "2027-05-06", "id": "00000000-0000-0000-0000-000000000002", "level": 1, "mode": "off", "numbers": [1, 2], "path": "a/b", "price": "1.50", "raw": "d", "tags": ["x", "y"], "took": "PT1M30S"}
"""
