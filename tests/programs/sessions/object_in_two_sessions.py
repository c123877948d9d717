# 0.6.9
"""One object in two sessions."""

from ws_sync import Session, Sync


class Box:
    n = 1


box = Box()
with Session() as session:
    one = Sync.all(box, "BOX")
with Session() as other:
    two = Sync.all(box, "BOX")
print(one.session is session, two.session is other)

DIALOGUE = r"""
    | True True
connect
    _SET:BOX {"n": 1}
_PATCH:BOX /n 5
>>> await two()
>>> box.n
    | 5
"""
