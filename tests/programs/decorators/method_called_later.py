# 0.6.9
"""`sync_all` on a method makes the Sync when that method returns, with what is there then."""

from ws_sync import Session, sync_all


class Notes:
    def __init__(self):
        self.title = "early"

    @sync_all("NOTES")
    def setup(self, title):
        self.title = title
        self.ready = True


with Session() as session:
    notes = Notes()
    print(hasattr(notes, "sync"))
    notes.setup("late")
    print(hasattr(notes, "sync"))

DIALOGUE = r"""
    | False
    | True
connect
    _SET:NOTES {"ready": true, "title": "late"}
_PATCH:NOTES /title "x"
>>> notes.title, notes.ready
    | ('x', True)
"""
