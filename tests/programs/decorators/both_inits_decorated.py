# 0.6.9
"""Both `__init__`s are decorated with keys of their own: 0.6.9 keeps both documents."""

from ws_sync import Session, sync_all


class Base:
    @sync_all("BASE")
    def __init__(self):
        self.x = 1


class Child(Base):
    @sync_all("CHILD")
    def __init__(self):
        super().__init__()
        self.y = 2


with Session() as session:
    child = Child()
print(child.sync.key)

DIALOGUE = r"""
    | CHILD
connect
    0.6.9: _SET:BASE {"x": 1}
    0.6.9: _SET:CHILD {"x": 1, "y": 2}
    here: _SET:CHILD {"x": 1, "y": 2}
_PATCH:BASE /x 5
_PATCH:CHILD /y 6
>>> child.x, child.y
    | (1, 6)
>>> await child.sync()
"""
