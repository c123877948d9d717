# 0.5.1 0.6.9
"""A unit test with a fake WebSocket that has only `send_json`."""

import ws_sync
from ws_sync import Session, Sync


class Fake:
    def __init__(self):
        self.sent = []

    async def send_json(self, message):
        self.sent.append(message)


class Notes:
    def __init__(self):
        self.title = "T"
        self.sync = Sync.all(self, "NOTES") if hasattr(ws_sync, "sync_all") else Sync("NOTES", self)


async def test_sync():
    with Session() as session:
        notes = Notes()
    session.ws = fake = Fake()
    notes.title = "x"
    await notes.sync()
    await notes.sync(toast="done")
    await notes.sync.send_action({"type": "A"})
    print(fake.sent)

DIALOGUE = r"""
>>> await test_sync()
    | [{'type': '_PATCH:NOTES', 'data': [{'op': 'replace', 'path': '/title', 'value': 'x'}]}, {'type': '_TOAST', 'data': {'type': 'default', 'message': 'done'}}, {'type': '_ACTION:NOTES', 'data': {'type': 'A'}}]
"""
