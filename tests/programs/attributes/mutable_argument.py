# 0.6.9
"""`include` and `exclude` are the program's own and are not changed."""

from ws_sync import Session, Sync

INCLUDE = {"n": "number"}
EXCLUDE = ["draft"]
ACTIONS = {}


class Box:
    def __init__(self):
        self.n = 1
        self.draft = 2
        self.sync = Sync.all(self, "BOX", include=INCLUDE, exclude=EXCLUDE, actions={"A": self.act})

    async def act(self):
        pass


with Session() as session:
    box = Box()
print(INCLUDE, EXCLUDE)

DIALOGUE = r"""
    | {'n': 'number'} ['draft']
connect
    _SET:BOX {"number": 1}
"""
