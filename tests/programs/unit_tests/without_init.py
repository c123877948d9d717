# 0.6.9
"""A unit test makes an object without its `__init__`, and calls a method with a fake Sync."""

from unittest.mock import AsyncMock

from ws_sync import remote_action, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @remote_action("RENAME")
    async def rename(self, title):
        self.title = title
        await self.sync()


async def test():
    notes = Notes.__new__(Notes)
    notes.sync = AsyncMock()
    await notes.rename("x")
    print(notes.title, notes.sync.await_count)

DIALOGUE = r"""
>>> await test()
    | x 1
"""
