# 0.6.9
"""Owners that are a dict or a list."""

from ws_sync import Session, Sync


class Table(dict):
    def __init__(self):
        super().__init__(a=1)
        self.title = "T"
        self.sync = Sync.all(self, "TABLE")


class Row(list):
    def __init__(self):
        super().__init__([1])
        self.sync = Sync.only(self, "ROW", first=...)

    @property
    def first(self):
        return self[0]


with Session() as session:
    table, row = Table(), Row()

DIALOGUE = r"""
connect
    _SET:TABLE {"title": "T"}
    _SET:ROW {"first": 1}
>>> row[0] = 2
>>> await row.sync()
    _PATCH:ROW {"first": 2}
"""
