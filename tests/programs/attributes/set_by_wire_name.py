# 0.6.9
"""A state with names of the wire: 0.6.9 sets stray attributes."""

from ws_sync import Session, sync_all


class Box:
    @sync_all("BOX", toCamelCase=True)
    def __init__(self):
        self.my_n = 1


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"myN": 1}
_SET:BOX {"myN": 5}
>>> box.my_n, hasattr(box, "myN")
    0.6.9: | (1, True)
    here: | (5, False)
_GET:BOX
    0.6.9: _SET:BOX {"myN": 1}
    here: _SET:BOX {"myN": 5}
"""
