# 0.6.9
"""The Sync is kept under other names, or in a list."""

from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.n = 1
        self._sync = Sync.all(self, "BOX")

    async def save(self):
        await self._sync()


class Views:
    def __init__(self):
        self.x = 1
        self.views = None
        self._views = [Sync.only(self, f"V{n}", x=...) for n in range(2)]


with Session() as session:
    box, views = Box(), Views()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
    _SET:V0 {"x": 1}
    _SET:V1 {"x": 1}
>>> box.n = 2
>>> await box.save()
    _PATCH:BOX {"n": 2}
>>> views.x = 5
>>> await views._views[1]()
    _PATCH:V1 {"x": 5}
"""
