# 0.8.0
"""Unit tests of a decorated model: with a session, and with its `sync` replaced."""

from unittest.mock import AsyncMock

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


class Notes(Synced, BaseModel):
    title: str = "T"

    @sync_all("NOTES")
    def model_post_init(self, context):
        pass

    @remote_action
    async def rename(self, title: str):
        self.title = title
        await self.sync(toast="renamed")


async def test_with_a_session():
    with Session() as session:
        notes = Notes()
    session.send = AsyncMock()
    await notes.rename("x")
    print([call.args[0] for call in session.send.await_args_list])


async def test_with_a_mock():
    with Session():
        notes = Notes()
    notes.sync = AsyncMock()
    await notes.rename("y")
    print(notes.title, notes.sync.await_count)

DIALOGUE = r"""
>>> await test_with_a_mock()
    | y 1
"""
