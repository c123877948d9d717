# 0.6.9
"""Several syncs at a time send a change once."""

import asyncio

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1


with Session() as session:
    box = Box()


async def change():
    box.n = 2
    await asyncio.gather(*(box.sync() for _ in range(5)))

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
>>> await change()
    _PATCH:BOX {"n": 2}
"""
