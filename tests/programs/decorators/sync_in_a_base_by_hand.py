# 0.6.9
"""A base makes its Sync by hand; the subclass adds attributes after it, and an action."""

from ws_sync import Session, Sync, remote_action


class Base:
    def __init__(self):
        self.name = "n"
        self.sync = Sync.all(self, type(self).__name__.upper())


class Child(Base):
    def __init__(self):
        super().__init__()
        self.token = "secret"

    @remote_action("RENAME")
    async def rename(self, name):
        self.name = name
        await self.sync()


with Session() as session:
    child = Child()

DIALOGUE = r"""
connect
    _SET:CHILD {"name": "n"}
_ACTION:CHILD RENAME {"name": "m"}
    _PATCH:CHILD {"name": "m"}
_GET:CHILD
    _SET:CHILD {"name": "m"}
"""
