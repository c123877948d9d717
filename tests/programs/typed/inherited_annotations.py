# 0.8.0
"""Annotations of bases and mixins; a subclass narrows one."""

from ws_sync import Session, remote_action, sync_all


class Mixin:
    tags: set[str]


class Base(Mixin):
    value: int | str

    @sync_all("BASE")
    def __init__(self):
        self.value = 1
        self.tags = {"a"}


class Child(Base):
    value: int


with Session() as session:
    child = Child()

DIALOGUE = r"""
connect
    _SET:BASE {"tags": ["a"], "value": 1}
_PATCH:BASE /tags ["b"]
_PATCH:BASE /value 2
>>> child.tags, child.value
    | ({'b'}, 2)
"""
