# 0.8.0
"""Annotations as strings, some of names that exist only for type checkers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ws_sync import Session, remote_action, sync_all

if TYPE_CHECKING:
    from nowhere import Unknown


class Notes:
    day: date
    odd: Unknown

    @sync_all("NOTES")
    def __init__(self):
        self.day = date(2026, 1, 2)
        self.odd = {"any": "thing"}

    @remote_action
    async def move(self, day: date):
        self.day = day
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"day": "2026-01-02", "odd": {"any": "thing"}}
_ACTION:NOTES move {"day": "2027-01-01"}
    _PATCH:NOTES {"day": "2027-01-01", "odd": {"any": "thing"}}
_PATCH:NOTES /odd 5
>>> notes.day, notes.odd
    | (datetime.date(2027, 1, 1), 5)
"""
