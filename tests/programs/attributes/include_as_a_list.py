# 0.8.0
"""`include` as a list of names."""

from ws_sync import Session, Sync


class Box:
    def __init__(self):
        self.a_b = 1
        self.c = 2
        self.sync = Sync(self, "BOX", include=["a_b"], toCamelCase=True)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"aB": 1}
_PATCH:BOX /aB 3
>>> box.a_b
    | 3
"""
