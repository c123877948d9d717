# 0.8.0
"""When an object is gone, its handlers are gone."""

import gc

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1


def make():
    with Session() as session:
        Box()
    gc.collect()
    return session


session = make()

DIALOGUE = r"""
connect
_GET:BOX
"""
