# 0.6.9
"""A subclass turns an attribute into a property."""

from ws_sync import Session, sync_all


class Base:
    @sync_all("BASE")
    def __init__(self):
        self.items = [1]

    @property
    def total(self):
        return sum(self.items)


class Child(Base):
    @property
    def total(self):
        return super().total * 100


with Session() as session:
    child = Child()

DIALOGUE = r"""
connect
    _SET:BASE {"items": [1], "total": 100}
>>> child.items.append(2)
>>> await child.sync()
    _PATCH:BASE {"items": [1, 2], "total": 300}
"""
