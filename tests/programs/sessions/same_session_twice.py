# 0.6.9
"""A session is entered again later, for objects that are made later."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1


class Late:
    @sync_all("LATE")
    def __init__(self):
        self.n = 2


session = Session()
with session:
    box = Box()
with session as again:
    late = Late()
print(again is session)

DIALOGUE = r"""
    | True
connect
    _SET:BOX {"n": 1}
    _SET:LATE {"n": 2}
"""
