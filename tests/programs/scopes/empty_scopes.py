# 0.8.0
"""Empty scopes are left out; an instance of a scope can be used twice and has a prefix."""

from ws_sync import Session, Sync, get_current_sync_key_prefix, sync_key_scope


class Thing:
    def __init__(self):
        self.x = 1
        self.sync = Sync.all(self, "T")


with Session() as session:
    things = []
    with sync_key_scope("abc"), sync_key_scope(""), sync_key_scope(None):
        print(get_current_sync_key_prefix())
        things.append(Thing())
    scope = sync_key_scope("again")
    print(scope.prefix)
    with scope:
        things.append(Thing())
    with scope, sync_key_scope("in"):
        things.append(Thing())
    with sync_key_scope(""):
        things.append(Thing())

DIALOGUE = r"""
    | abc
    | again
connect
    _SET:abc/T {"x": 1}
    _SET:again/T {"x": 1}
    _SET:again/in/T {"x": 1}
    _SET:T {"x": 1}
"""
