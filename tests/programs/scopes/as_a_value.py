# 0.8.0
"""`with sync_key_scope(…) as scope` gives the scope."""

from ws_sync import Session, Sync, sync_key_scope


class Box:
    def __init__(self):
        self.n = 1
        self.sync = Sync.all(self, "BOX")


with Session() as session:
    with sync_key_scope("user1") as scope:
        print(scope.prefix)
        box = Box()
        with sync_key_scope("tab") as inner:
            tab = Box()
print(tab.sync.key)

DIALOGUE = r"""
    | user1
    | user1/tab/BOX
connect
    _SET:user1/BOX {"n": 1}
    _SET:user1/tab/BOX {"n": 1}
"""
