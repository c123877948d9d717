# 0.6.9
"""Annotations of attributes, which 0.6.9 does not read."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from ws_sync import Session, sync_all

if TYPE_CHECKING:
    from somewhere import Unknown


class Color(str, enum.Enum):
    RED = "red"
    BLUE = "blue"


class Box:
    size: int
    title: str = None
    color: Color
    place: tuple[int, ...]
    other: Unknown

    @sync_all("BOX")
    def __init__(self):
        self.size = 1
        self.title = "t"
        self.color = Color.RED
        self.place = (1, 2)
        self.other = {"a": 1}


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"color": "red", "other": {"a": 1}, "place": [1, 2], "size": 1, "title": "t"}
_PATCH:BOX /size 2
>>> box.size
    | 2
_PATCH:BOX /size null
    here: _SET:BOX {"color": "red", "other": {"a": 1}, "place": [1, 2], "size": 2, "title": "t"}
>>> box.size
    here: | 2
_PATCH:BOX /title null
>>> box.title
_PATCH:BOX /color "blue"
>>> box.color
    0.6.9: | 'blue'
    here: | <Color.BLUE: 'blue'>
_PATCH:BOX /color "green"
    here: _SET:BOX {"color": "blue", "other": {"a": 1}, "place": [1, 2], "size": 2, "title": null}
>>> box.color
    0.6.9: | 'green'
    here: | <Color.BLUE: 'blue'>
_SET:BOX {"place": [3]}
>>> box.place
    0.6.9: | [3]
    here: | (3,)
_PATCH:BOX /other/a 2
>>> box.other
    | {'a': 2}
"""
