# 0.6.9
"""Unit tests with `Mock(spec=Session)`, and a session whose `send` is an AsyncMock."""

from unittest.mock import AsyncMock, Mock

from ws_sync import Session, remote_action, session_context, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @remote_action("RENAME")
    async def rename(self, title):
        self.title = title
        await self.sync()


async def test_with_a_mock():
    mock = Mock(spec=Session)
    mock.send = AsyncMock()
    mock.is_connected = True
    token = session_context.set(mock)
    try:
        notes = Notes()
    finally:
        session_context.reset(token)
    await notes.rename("x")
    mock.send.assert_awaited_once()
    event, patch = mock.send.call_args.args
    print(event, patch)


async def test_with_a_patched_send():
    with Session() as session:
        notes = Notes()
    session.ws = Mock()
    session.send = AsyncMock()
    await notes.rename("y")
    print(session.send.call_args.args)
    await notes.sync.toast("t")
    print(session.send.call_args.args)

DIALOGUE = r"""
>>> await test_with_a_mock()
    | _PATCH:NOTES [{'op': 'replace', 'path': '/title', 'value': 'x'}]
>>> await test_with_a_patched_send()
    | ('_PATCH:NOTES', [{'op': 'replace', 'path': '/title', 'value': 'y'}])
    | ('_TOAST', {'type': 'default', 'message': 't'})
"""
