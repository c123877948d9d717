# 0.6.9
"""A subclass of Sync that overrides `sync` is used by `await obj.sync()`."""

from ws_sync import Session, Sync


class Counting(Sync):
    count = 0

    async def sync(self, if_since_last=None):
        self.count += 1
        await super().sync(if_since_last=if_since_last)


class Notes:
    def __init__(self):
        self.title = "T"
        self.sync = Counting.all(self, "NOTES")


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T"}
>>> notes.title = "x"
>>> await notes.sync()
    _PATCH:NOTES {"title": "x"}
>>> await notes.sync(toast="t")
    _TOAST {"message": "t", "type": "default"}
>>> notes.sync.count, type(notes.sync).__name__
    | (2, 'Counting')
"""
