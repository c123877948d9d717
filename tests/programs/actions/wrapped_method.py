# 0.6.9
"""A decorator of the user's own between the method and `remote_action`."""

import functools

from ws_sync import Session, remote_action, sync_all


def synced(method):
    @functools.wraps(method)
    async def wrapper(self, *args, **kwargs):
        await method(self, *args, **kwargs)
        await self.sync()

    return wrapper


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action("UP")
    @synced
    async def up(self, by=1):
        self.n += by

    @synced
    @remote_action("DOWN")
    async def down(self, by=1):
        self.n -= by


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX UP {"by": 5}
    _PATCH:BOX {"n": 5}
_ACTION:BOX DOWN {"by": 2}
    _PATCH:BOX {"n": 3}
"""
