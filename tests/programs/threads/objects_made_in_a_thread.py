# 0.6.9
"""Objects that are made in a thread, in the session's context."""

import threading

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self, n):
        self.n = n


boxes = []
session = Session()


def make():
    with session:
        boxes.append(Box(1))


thread = threading.Thread(target=make)
thread.start()
thread.join()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
_PATCH:BOX /n 2
>>> boxes[0].n
    | 2
"""
