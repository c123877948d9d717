# 0.6.9
"""A class with a metaclass, `__init_subclass__` and a registry of classes."""

from ws_sync import Session, sync_all


class Meta(type):
    def __call__(cls, *args, **kwargs):
        obj = super().__call__(*args, **kwargs)
        obj.made_by = "meta"
        return obj


class Base(metaclass=Meta):
    kinds = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.kinds.append(cls.__name__)

    @sync_all("BASE")
    def __init__(self):
        self.n = 1


class One(Base):
    pass


with Session() as session:
    one = One()

DIALOGUE = r"""
connect
    _SET:BASE {"kinds": ["One"], "n": 1}
>>> one.made_by
    | 'meta'
"""
