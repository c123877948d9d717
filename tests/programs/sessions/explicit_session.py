# 0.5.1
"""The session as an argument, without a context."""

from ws_sync import Session, Sync, get_global_session


class Box:
    def __init__(self, session):
        self.n = 1
        self.sync = Sync("BOX", self, session)
        self.again = Sync("AGAIN", self, session=session, n="number")


session = Session()
box = Box(session)
try:
    get_global_session()
    print("there is one")
except Exception:
    print("no session")

DIALOGUE = r"""
    | no session
connect
    _SET:BOX {"n": 1}
    _SET:AGAIN {"number": 1}
_PATCH:AGAIN /number 2
>>> box.n
    | 2
>>> await box.sync()
    _PATCH:BOX {"n": 2}
"""
