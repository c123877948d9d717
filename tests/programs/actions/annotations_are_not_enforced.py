# 0.6.9
"""0.6.9 calls actions with the values as they come."""

from ws_sync import Session, remote_action, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.last = "nothing"

    @remote_action("STORE")
    async def store(self, value: str = None, n: int = 0):
        self.last = [value, n]
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"last": "nothing"}
_ACTION:NOTES STORE {"value": null}
    _PATCH:NOTES {"last": [null, 0]}
_ACTION:NOTES STORE {"value": "v", "n": 1.5}
    0.6.9: _PATCH:NOTES {"last": ["v", 1.5]}
_ACTION:NOTES STORE
    0.6.9: _PATCH:NOTES {"last": [null, 0]}
"""
