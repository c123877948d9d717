# 0.8.0
"""Arguments that the annotations refuse: 0.8 closes."""

from typing import Annotated

from pydantic import Field

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action
    async def put(self, n: Annotated[int, Field(ge=0)], text: str = Field("x", max_length=2)):
        print(n, text)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX put {"n": 1}
    | 1 x
_ACTION:BOX put {"n": -1}
    0.8.0: closed 1000
    0.8.0: _SET:BOX {"n": 0}
_ACTION:BOX put {"n": 1, "text": "abc"}
    0.8.0: closed 1000
    0.8.0: _SET:BOX {"n": 0}
_ACTION:BOX put {"text": "a"}
    0.8.0: closed 1000
    0.8.0: _SET:BOX {"n": 0}
_ACTION:BOX put {"n": 2, "text": "ab"}
    | 2 ab
"""
