# 0.5.1
"""Actions by name, with arguments by keyword, defaults and a toast."""

from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "T"
        self.notes = []
        self.sync = Sync(
            "NOTES",
            self,
            on_action={"RENAME": self.rename, "ADD": self.add, "CLEAR": self.notes_cleared},
            title=...,
            notes=...,
        )

    async def rename(self, title):
        self.title = title
        await self.sync(toast=f"now {title}", type="success")

    async def add(self, *notes, note="nothing", **more):
        self.notes.append([note, more])
        await self.sync()

    async def notes_cleared(self):
        self.notes.clear()
        await self.sync("cleared", "warning")


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"notes": [], "title": "T"}
_ACTION:NOTES RENAME {"title": "x"}
    _PATCH:NOTES {"notes": [], "title": "x"}
    _TOAST {"message": "now x", "type": "success"}
_ACTION:NOTES ADD
    _PATCH:NOTES {"notes": [["nothing", {}]], "title": "x"}
_ACTION:NOTES ADD {"note": "milk", "count": 2, "from": "shop"}
    _PATCH:NOTES {"notes": [["nothing", {}], ["milk", {"count": 2, "from": "shop"}]], "title": "x"}
_ACTION:NOTES CLEAR
    _PATCH:NOTES {"notes": [], "title": "x"}
    _TOAST {"message": "cleared", "type": "warning"}
_ACTION:NOTES UNKNOWN {"a": 1}
_GET:NOTES
    _SET:NOTES {"notes": [], "title": "x"}
"""
