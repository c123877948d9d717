# 0.8.0
"""The second pattern of the README: an annotated class with `@sync_all()`."""

from ws_sync import Session, Sync, remote_action, sync_all


class Notes:
    sync: Sync
    title: str
    notes: list[str]

    @sync_all()
    def __init__(self):
        self.title = "My Notes"
        self.notes = []

    @property
    def total_length(self) -> int:
        return sum(len(note) for note in self.notes)

    @remote_action
    async def add(self, note: str):
        self.notes.append(note)
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:Notes {"notes": [], "title": "My Notes", "total_length": 0}
_ACTION:Notes add {"note": "milk"}
    _PATCH:Notes {"notes": ["milk"], "title": "My Notes", "total_length": 4}
_SET:Notes {"title": "7"}
>>> notes.title
    | '7'
"""
