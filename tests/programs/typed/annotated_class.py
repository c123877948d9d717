# 0.8.0
"""Annotated attributes are serialised and read by their types."""

from datetime import date
from enum import Enum

from pydantic import BaseModel

from ws_sync import Session, Sync, sync_all


class Kind(Enum):
    A = "a"
    B = "b"


class Item(BaseModel):
    label: str = ""


class Notes:
    sync: Sync
    day: date
    kind: Kind
    items: list[Item]
    maybe: int | None
    plain = "not annotated"

    @sync_all("NOTES")
    def __init__(self):
        self.day = date(2026, 1, 2)
        self.kind = Kind.A
        self.items = [Item(label="x")]
        self.maybe = None


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"day": "2026-01-02", "items": [{"label": "x"}], "kind": "a", "maybe": null, "plain": "not annotated"}
_PATCH:NOTES /day "2027-01-01"
_PATCH:NOTES /kind "b"
_PATCH:NOTES add /items/- {"label": "y"}
_PATCH:NOTES /maybe 3
_PATCH:NOTES /plain [1]
>>> notes.day, notes.kind, notes.items, notes.maybe, notes.plain
    | (datetime.date(2027, 1, 1), <Kind.B: 'b'>, [Item(label='x'), Item(label='y')], 3, [1])
"""
