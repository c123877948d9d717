# 0.6.9
"""A class with `__getattr__`, `__setattr__` and a descriptor."""

from ws_sync import Session, sync_all


class Upper:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, owner=None):
        return self if obj is None else getattr(obj, self.name, "")

    def __set__(self, obj, value):
        setattr(obj, self.name, str(value).upper())


class Notes:
    title = Upper()

    @sync_all("NOTES")
    def __init__(self):
        self.title = "t"
        self.count = 0

    def __getattr__(self, name):
        if name == "ghost":
            return "boo"
        raise AttributeError(name)

    def __setattr__(self, name, value):
        if name == "count":
            value = min(value, 9)
        super().__setattr__(name, value)


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"count": 0, "title": "T"}
>>> notes.title = "x"
>>> await notes.sync()
    _PATCH:NOTES {"count": 0, "title": "X"}
_PATCH:NOTES /count 5
>>> notes.count, notes.ghost
    | (5, 'boo')
"""
