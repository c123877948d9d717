# 0.6.9
"""An action that takes any keywords."""

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 0

    @remote_action("A")
    async def a(self, **fields):
        print(sorted(fields.items()))

    @remote_action("B")
    async def b(self, first, *, flag=False, **fields):
        print(first, flag, sorted(fields.items()))


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
_ACTION:BOX A
    | []
_ACTION:BOX A {"x": 1, "long_name": 2, "camelName": 3}
    | [('camelName', 3), ('long_name', 2), ('x', 1)]
_ACTION:BOX B {"first": 1, "more": [2]}
    | 1 False [('more', [2])]
"""
