# 0.6.9
"""One object under two keys."""

from ws_sync import Session, Sync


class User:
    def __init__(self):
        self.name = "ada"
        self.email = "a@b"
        self.public = Sync.only(self, "PUBLIC", name=...)
        self.private = Sync.all(self, "PRIVATE")


with Session() as session:
    user = User()

DIALOGUE = r"""
connect
    _SET:PUBLIC {"name": "ada"}
    _SET:PRIVATE {"email": "a@b", "name": "ada"}
_PATCH:PRIVATE /name "bob"
>>> await user.public()
    _PATCH:PUBLIC {"name": "bob"}
_PATCH:PUBLIC /name "eve"
>>> await user.private()
    _PATCH:PRIVATE {"email": "a@b", "name": "eve"}
>>> user.name
    | 'eve'
"""
