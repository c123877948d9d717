# 0.6.9
"""Two objects share a list."""

from ws_sync import Session, sync_all

shared = ["a"]


class One:
    @sync_all("ONE")
    def __init__(self):
        self.items = shared


class Two:
    @sync_all("TWO")
    def __init__(self):
        self.things = shared


with Session() as session:
    one, two = One(), Two()

DIALOGUE = r"""
connect
    _SET:ONE {"items": ["a"]}
    _SET:TWO {"things": ["a"]}
>>> shared.append("b")
>>> await one.sync()
    _PATCH:ONE {"items": ["a", "b"]}
>>> await two.sync()
    _PATCH:TWO {"things": ["a", "b"]}
_PATCH:ONE /items/0 "A"
>>> one.items, two.things
    0.6.9: | (['A', 'b'], ['a', 'b'])
    here: | (['A', 'b'], ['A', 'b'])
"""
