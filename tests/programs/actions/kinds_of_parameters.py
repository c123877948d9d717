# 0.8.0
"""Positional-only and keyword-only parameters, defaults, and parameters without annotations."""

from typing import Optional

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action
    async def a(self, first, /, second=2, *, third, fourth: Optional[int] = None):
        print(first, second, third, fourth)

    @remote_action
    async def b(self):
        print("b")

    @remote_action("c")
    async def other_name(self, x: int | None = None, y: list[int] | None = None):
        print(x, y)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX a {"first": 1, "third": 3}
    | 1 2 3 None
_ACTION:BOX a {"first": [1], "second": {"x": 1}, "third": null, "fourth": 4}
    | [1] {'x': 1} None 4
_ACTION:BOX b
    | b
_ACTION:BOX b {"extra": 1}
    | b
_ACTION:BOX c {"x": null, "y": [1, 2]}
    | None [1, 2]
_ACTION:BOX other_name
"""
