# 0.6.9
"""A document that is not sent on a new connection, and that the client has never asked for."""

from ws_sync import Session, sync_all


class Notes:
    @sync_all("NOTES", send_on_init=False)
    def __init__(self):
        self.title = "T"


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
>>> notes.title = "x"
>>> await notes.sync()
    0.6.9: _PATCH:NOTES [{"op": "replace", "path": "/title", "value": "x"}]
_GET:NOTES
    _SET:NOTES {"title": "x"}
>>> notes.title = "y"
>>> await notes.sync()
    _PATCH:NOTES {"title": "y"}
"""
