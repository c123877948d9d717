# 0.6.9
"""A second connection takes over from the first one."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
connect
    0.6.9: older _DISCONNECT "Seems like you're logged in somewhere else. If this is a mistake, please refresh the page."
    0.6.9: older closed 1000
    0.6.9: _SET:BOX {"n": 1}
    0.6.9: closed 1000
    0.6.9: _SET:BOX {"n": 1}
    here: older _DISCONNECT "Seems like you're logged in somewhere else. If this is a mistake, please refresh the page."
    here: older closed 1000
    here: _SET:BOX {"n": 1}
>>> session.is_connected
    | True
_GET:BOX
    _SET:BOX {"n": 1}
"""
