# 0.6.9
"""The states are sent in the order in which the objects were made."""

from ws_sync import Session, Sync


class Box:
    def __init__(self, key, send=True):
        self.key_of_box = key
        self.sync = Sync.all(self, key, send_on_init=send)


with Session() as session:
    boxes = [Box("C"), Box("A"), Box("X", send=False), Box("B")]

DIALOGUE = r"""
connect
    _SET:C {"key_of_box": "C"}
    _SET:A {"key_of_box": "A"}
    _SET:B {"key_of_box": "B"}
disconnect
connect
    _SET:C {"key_of_box": "C"}
    _SET:A {"key_of_box": "A"}
    _SET:B {"key_of_box": "B"}
"""
