# 0.6.9
"""Changes between values that Python takes for equal: `True`, `1`, `1.0`."""

from ws_sync import Session, sync_all


class Data:
    @sync_all("DATA")
    def __init__(self):
        self.a = 1
        self.items = [0, 1]


with Session() as session:
    data = Data()

DIALOGUE = r"""
connect
    _SET:DATA {"a": 1, "items": [0, 1]}
>>> data.a = True
>>> await data.sync()
    _PATCH:DATA {"a": true, "items": [0, 1]}
>>> data.items = [False, True]
>>> await data.sync()
    _PATCH:DATA {"a": true, "items": [false, true]}
_GET:DATA
    _SET:DATA {"a": true, "items": [false, true]}
"""
