# 0.6.9
"""`sync_all` above a decorator of the user's own."""

from ws_sync import Session, sync_all


def twice(function):
    def wrapper(self, *args, **kwargs):
        function(self, *args, **kwargs)
        function(self, *args, **kwargs)

    return wrapper


class Notes:
    count = 0

    @sync_all("NOTES")
    @twice
    def __init__(self):
        self.count += 1


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"count": 2}
>>> notes.count
    | 2
"""
