# 0.6.9
"""Attributes that are called like options: `key`, `obj`, `session`, `include`."""

from ws_sync import Session, Sync, sync_only


class Odd:
    @sync_only("ODD", key=..., obj=..., include="inc", logger=..., self_=...)
    def __init__(self):
        self.key = 1
        self.obj = 2
        self.include = 3
        self.logger = 4
        self.self_ = 5
        self.again = Sync.only(self, "AGAIN", key="k", actions=...)

    @property
    def actions(self):
        return "a"


with Session() as session:
    odd = Odd()

DIALOGUE = r"""
connect
    _SET:AGAIN {"actions": "a", "k": 1}
    _SET:ODD {"inc": 3, "key": 1, "logger": 4, "obj": 2, "self_": 5}
_PATCH:ODD /key 7
>>> odd.key
    | 7
"""
