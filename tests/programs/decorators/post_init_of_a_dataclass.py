# 0.6.9
"""`sync_all` on `__post_init__` of a dataclass makes its Sync there."""

from dataclasses import dataclass, field

from ws_sync import Session, remote_action, sync_all


@dataclass
class Notes:
    title: str = "My Notes"
    notes: list = field(default_factory=list)

    @sync_all("NOTES")
    def __post_init__(self):
        self.count = len(self.notes)

    @remote_action("ADD")
    async def add(self, note):
        self.notes.append(note)
        self.count += 1
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"count": 0, "notes": [], "title": "My Notes"}
_ACTION:NOTES ADD {"note": "milk"}
    _PATCH:NOTES {"count": 1, "notes": ["milk"], "title": "My Notes"}
_PATCH:NOTES /title "Food"
>>> notes.title
    | 'Food'
_GET:NOTES
    _SET:NOTES {"count": 1, "notes": ["milk"], "title": "Food"}
"""
