# 0.8.0
"""An action that is not async runs in a thread."""

import threading

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action
    def put(self, n: int):
        print(threading.current_thread() is threading.main_thread())
        self.n = n

    @remote_action
    async def publish(self):
        await self.sync()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX put {"n": 5}
    | False
>>> box.n
    | 5
_ACTION:BOX publish
    _PATCH:BOX {"n": 5}
"""
