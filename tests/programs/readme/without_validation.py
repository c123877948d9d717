# 0.8.0
"""The third pattern of the README: `Sync.all(self, "NOTES")` without validation."""

from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "My Notes"
        self.notes = []
        self.sync = Sync.all(self, "NOTES")

    @property
    def total_length(self):
        return sum(len(note) for note in self.notes)

    async def add(self, note):
        self.notes.append(note)
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"notes": [], "title": "My Notes", "total_length": 0}
>>> await notes.add("milk")
    _PATCH:NOTES {"notes": ["milk"], "title": "My Notes", "total_length": 4}
_PATCH:NOTES /title 7
>>> notes.title
    | 7
"""
