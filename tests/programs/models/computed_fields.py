# 0.8.0
"""Computed fields follow the fields, also with a setter and through `cached_property`."""

from functools import cached_property

from pydantic import BaseModel, computed_field

from ws_sync import Session, Synced, sync_all


@sync_all("RECT")
class Rect(Synced, BaseModel):
    width: float = 2.0
    height: float = 3.0

    @computed_field
    @property
    def area(self) -> float:
        return self.width * self.height

    @computed_field
    @property
    def double(self) -> float:
        return self.width * 2

    @double.setter
    def double(self, value: float) -> None:
        self.width = value / 2

    @computed_field
    @cached_property
    def label(self) -> str:
        return "rect"


with Session() as session:
    rect = Rect()

DIALOGUE = r"""
connect
    _SET:RECT {"area": 6.0, "double": 4.0, "height": 3.0, "label": "rect", "width": 2.0}
>>> rect.width = 4.0
>>> await rect.sync()
    _PATCH:RECT {"area": 12.0, "double": 8.0, "height": 3.0, "label": "rect", "width": 4.0}
"""
