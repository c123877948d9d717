# 0.5.1
"""All public attributes and properties of an object go out, and no private ones."""

from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "My Notes"
        self.notes = ["a"]
        self._secret = 1
        self.sync = Sync("NOTES", self)

    @property
    def length(self):
        return sum(len(note) for note in self.notes)

    async def add(self, note):
        self.notes.append(note)
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"length": 1, "notes": ["a"], "title": "My Notes"}
>>> await notes.add("bc")
    _PATCH:NOTES {"length": 3, "notes": ["a", "bc"], "title": "My Notes"}
_GET:NOTES
    _SET:NOTES {"length": 3, "notes": ["a", "bc"], "title": "My Notes"}
>>> notes.title = "x"; notes._secret = 2
>>> await notes.sync.sync()
    _PATCH:NOTES {"length": 3, "notes": ["a", "bc"], "title": "x"}
disconnect
>>> await notes.add("not sent")
connect
    _SET:NOTES {"length": 11, "notes": ["a", "bc", "not sent"], "title": "x"}
"""
