# 0.6.9
"""Attributes of the class are synced, too; written values are the object's."""

from ws_sync import Session, sync_all


class Notes:
    limit = 10
    title: str = None

    @sync_all("NOTES")
    def __init__(self):
        self.count = 0


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"count": 0, "limit": 10, "title": null}
_PATCH:NOTES /limit 11
_PATCH:NOTES /title null
_PATCH:NOTES /title "x"
>>> notes.limit, Notes.limit, notes.title
    | (11, 10, 'x')
_GET:NOTES
    _SET:NOTES {"count": 0, "limit": 11, "title": "x"}
"""
