# 0.6.9
"""`include` renames one of all attributes, `exclude` leaves one out."""

from ws_sync import Session, sync_all


class Notes:
    @sync_all("NOTES", include={"title": "name"}, exclude=["draft"])
    def __init__(self):
        self.title = "T"
        self.draft = "d"
        self.size = 1


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"name": "T", "size": 1}
_PATCH:NOTES /name "N"
>>> notes.title
    | 'N'
"""
