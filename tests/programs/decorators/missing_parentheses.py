# 0.6.9
"""`@remote_action` without parentheses is refused when the object is made."""

from ws_sync import Session, remote_action, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @remote_action
    async def clear(self):
        self.title = ""


with Session() as session:
    try:
        notes = Notes()
        print("made")
    except Exception:
        print("refused")

DIALOGUE = r"""
    0.6.9: | refused
    here: | made
"""
