# 0.6.9
"""An `__init__` that raises makes no Sync."""

from ws_sync import Session, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self, title):
        if not title:
            raise ValueError("empty")
        self.title = title


with Session() as session:
    try:
        Notes("")
    except ValueError as error:
        print("refused:", error)
    notes = Notes("T")

DIALOGUE = r"""
    | refused: empty
connect
    _SET:NOTES {"title": "T"}
"""
