# 0.6.9
"""A public attribute that is an object: it can't be sent, and only a log knows."""

from ws_sync import Session, sync_all


class Secret:
    def __init__(self):
        self.password = "x"


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1
        self.child = Secret()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    here: _SET:BOX {"child": null, "n": 1}
>>> box.n = 2
_GET:BOX
    here: _SET:BOX {"child": null, "n": 2}
"""
