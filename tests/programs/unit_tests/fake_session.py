# 0.6.9
"""A unit test with a session that records what is sent."""

from ws_sync import Session, remote_action, session_context, sync_all


class Recorder(Session):
    def __init__(self):
        super().__init__()
        self.sent = []

    @property
    def is_connected(self):
        return True

    async def send(self, event, data):
        self.sent.append((event, data))


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @remote_action("RENAME")
    async def rename(self, title):
        self.title = title
        await self.sync(toast="done")


async def test_rename():
    with Recorder() as session:
        notes = Notes()
    await notes.rename("x")
    print(session.sent)

DIALOGUE = r"""
>>> await test_rename()
    | [('_PATCH:NOTES', [{'op': 'replace', 'path': '/title', 'value': 'x'}]), ('_TOAST', {'type': 'default', 'message': 'done'})]
"""
