# 0.6.9
"""Unit tests that patch `Session.send` and `Sync.sync` on the classes."""

from unittest.mock import AsyncMock, patch

from ws_sync import Session, Sync, remote_action, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @remote_action("RENAME")
    async def rename(self, title):
        self.title = title
        await self.sync()
        await self.sync.toast("renamed")


async def test_send():
    with Session() as session:
        notes = Notes()
    session.ws = object()
    with patch.object(Session, "send", new=AsyncMock()) as send:
        await notes.rename("x")
    print([call.args for call in send.await_args_list])
    with patch("ws_sync.session.Session.send", new=AsyncMock()) as send:
        await notes.rename("y")
    print(send.await_count)


async def test_sync():
    with Session():
        notes = Notes()
    with patch.object(Sync, "sync", new=AsyncMock()) as sync:
        await notes.rename("x")
    print(sync.await_count)


async def test_call():
    with Session():
        notes = Notes()
    with patch.object(Sync, "__call__", new=AsyncMock()) as call:
        await notes.rename("x")
    print(call.await_count)

DIALOGUE = r"""
>>> await test_send()
    | [('_PATCH:NOTES', [{'op': 'replace', 'path': '/title', 'value': 'x'}]), ('_TOAST', {'type': 'default', 'message': 'renamed'})]
    | 2
>>> await test_sync()
    | 1
>>> await test_call()
    | 1
"""
