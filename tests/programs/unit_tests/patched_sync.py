# 0.6.9
"""A unit test replaces an object's `sync` by an AsyncMock."""

from unittest.mock import AsyncMock, patch

from ws_sync import Session, remote_action, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @remote_action("RENAME")
    async def rename(self, title):
        self.title = title
        await self.sync(toast="renamed")


async def test_rename():
    with Session():
        notes = Notes()
    notes.sync = AsyncMock()
    await notes.rename("x")
    notes.sync.assert_awaited_once_with(toast="renamed")
    print(notes.title)


async def test_rename_with_patch():
    with Session():
        notes = Notes()
    with patch.object(notes, "sync", new=AsyncMock()) as sync:
        await notes.rename("y")
    print(sync.await_count, type(notes.sync).__name__)

DIALOGUE = r"""
>>> await test_rename()
    | x
>>> await test_rename_with_patch()
    | 1 Sync
"""
