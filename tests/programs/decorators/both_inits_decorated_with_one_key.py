# 0.6.9
"""Both `__init__`s are decorated with the same key."""

from ws_sync import Session, sync_all


class Base:
    @sync_all("KEY")
    def __init__(self):
        self.x = 1


class Child(Base):
    @sync_all("KEY")
    def __init__(self):
        super().__init__()
        self.y = 2


with Session() as session:
    child = Child()

DIALOGUE = r"""
>>> child.sync.sync_attributes
    | {'x': 'x', 'y': 'y'}
"""
