# 0.8.0
"""A parameter `value: str = None` accepts null, and so does an attribute."""

from ws_sync import Session, Sync, remote_action, sync_all


class Notes:
    sync: Sync
    title: str = None

    @sync_all("NOTES")
    def __init__(self):
        self.last = "nothing"

    @remote_action
    async def store(self, value: str = None):
        self.last = value
        await self.sync()


with Session() as session:
    notes = Notes()

DIALOGUE = r"""
connect
    _SET:NOTES {"last": "nothing", "title": null}
_ACTION:NOTES store {"value": null}
    _PATCH:NOTES {"last": null, "title": null}
_ACTION:NOTES store {"value": "v"}
    _PATCH:NOTES {"last": "v", "title": null}
"""
