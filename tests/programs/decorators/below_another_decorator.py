# 0.6.9
"""`sync_all` below a decorator of the user's own."""

import functools

from ws_sync import Session, sync_all


def counted(function):
    @functools.wraps(function)
    def wrapper(self, *args, **kwargs):
        function(self, *args, **kwargs)
        self.after = "not synced"

    return wrapper


class Notes:
    @counted
    @sync_all("NOTES")
    def __init__(self, title):
        self.title = title


with Session() as session:
    notes = Notes("T")

DIALOGUE = r"""
connect
    _SET:NOTES {"title": "T"}
>>> notes.after
    | 'not synced'
>>> await notes.sync()
"""
