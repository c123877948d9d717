# 0.6.9
"""`sync_all` called as a function, for a class of someone else."""

from ws_sync import Session, sync_all


class User:
    def __init__(self, name):
        self.name = name


User.__init__ = sync_all("USER")(User.__init__)

with Session() as session:
    user = User("ada")

DIALOGUE = r"""
connect
    _SET:USER {"name": "ada"}
_SET:USER {"name": "bob"}
>>> user.name
    | 'bob'
"""
