# 0.6.9
"""Arguments whose names are those of Python: `self_`, `cls`, `data`, `key`, `name`."""

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action("A")
    async def a(self, key, name, data, args=(), kwargs=None, cls=None, obj=None, action=None):
        print(key, name, data, args, kwargs, cls, obj, action)


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX A {"key": 1, "name": 2, "data": 3, "cls": 4, "obj": 5, "action": 6}
    | 1 2 3 () None 4 5 6
"""
