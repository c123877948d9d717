# 0.6.9
"""The application's subclasses of `list` and `dict`: their changes go out, and the client edits inside."""

from ws_sync import Session, sync_all


class Row(dict):
    pass


class Rows(list):
    def total(self):
        return sum(row["n"] for row in self)


class Data:
    @sync_all("DATA")
    def __init__(self):
        self.rows = Rows([Row(n=1)])


with Session() as session:
    data = Data()

DIALOGUE = r"""
connect
    _SET:DATA {"rows": [{"n": 1}]}
>>> data.rows.append(Row(n=2))
>>> await data.sync()
    _PATCH:DATA {"rows": [{"n": 1}, {"n": 2}]}
_PATCH:DATA /rows/0/n 5
    here: _SET:DATA {"rows": [{"n": 1}, {"n": 2}]}
>>> data.rows, data.rows.total()
    0.6.9: | ([{'n': 5}, {'n': 2}], 7)
    here: | ([{'n': 1}, {'n': 2}], 3)
_PATCH:DATA /rows [{"n": 3}]
>>> list(data.rows)
    | [{'n': 3}]
"""
