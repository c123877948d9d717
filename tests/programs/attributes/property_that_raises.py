# 0.6.9
"""A property that raises an AttributeError when the Sync is made: `dir` shows it, `getattr` fails."""

from ws_sync import Session, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @property
    def broken(self):
        return self.nowhere


with Session() as session:
    try:
        notes = Notes()
        print("made")
    except AttributeError:
        print("AttributeError")

DIALOGUE = r"""
    0.6.9: | AttributeError
    here: | made
"""
