# 0.5.1 0.6.9
"""Values of all JSON types, deep ones, and their changes."""

import ws_sync
from ws_sync import Session, Sync


class Data:
    def __init__(self):
        self.none = None
        self.yes = True
        self.integer = 2**40
        self.number = 1.5
        self.text = "ä\u2028\"\\/\n"
        self.pair = (1, 2)
        self.list = [[], {}, [[1]]]
        self.table = {"a/b": 1, "c~d": 2, "": 3}
        self.sync = Sync.all(self, "DATA") if hasattr(ws_sync, "sync_all") else Sync("DATA", self)


with Session() as session:
    data = Data()


async def change():
    data.none = 0
    data.yes = False
    data.integer = -1
    data.number = 2.0
    data.text = ""
    data.pair = (1, 2, 3)
    data.list[2][0].append(2)
    data.table["a/b"] = {"x": None}
    del data.table[""]
    await data.sync()

DIALOGUE = r"""
connect
    _SET:DATA {"integer": 1099511627776, "list": [[], {}, [[1]]], "none": null, "number": 1.5, "pair": [1, 2], "table": {"": 3, "a/b": 1, "c~d": 2}, "text": "ä \"\\/\n", "yes": true}
>>> await change()
    _PATCH:DATA {"integer": -1, "list": [[], {}, [[1, 2]]], "none": 0, "number": 2.0, "pair": [1, 2, 3], "table": {"a/b": {"x": null}, "c~d": 2}, "text": "", "yes": false}
_GET:DATA
    _SET:DATA {"integer": -1, "list": [[], {}, [[1, 2]]], "none": 0, "number": 2.0, "pair": [1, 2, 3], "table": {"a/b": {"x": null}, "c~d": 2}, "text": "", "yes": false}
_PATCH:DATA /table/a~1b "slash"
_PATCH:DATA /table/c~0d "tilde"
>>> data.table
    | {'a/b': 'slash', 'c~d': 'tilde'}
"""
