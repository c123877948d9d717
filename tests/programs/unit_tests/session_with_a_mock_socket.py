# 0.6.9
"""A unit test gives a session a mock as its WebSocket."""

from unittest.mock import AsyncMock, MagicMock

from ws_sync import Session, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"


async def test_sync():
    with Session() as session:
        notes = Notes()
    session.ws = MagicMock()
    session.ws.send_json = AsyncMock()
    notes.title = "x"
    await notes.sync()
    session.ws.send_json.assert_awaited_once()
    print(session.ws.send_json.call_args.args[0])
    session.ws = None
    notes.title = "y"
    await notes.sync()

DIALOGUE = r"""
>>> await test_sync()
    | {'type': '_PATCH:NOTES', 'data': [{'op': 'replace', 'path': '/title', 'value': 'x'}]}
"""
