# 0.6.9
"""A unit test calls the registered handlers as the connection would."""

from ws_sync import Session, remote_action, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.title = "T"

    @remote_action("RENAME")
    async def rename(self, title):
        self.title = title
        await self.sync()


async def test_handlers():
    with Session() as session:
        notes = Notes()
    print("_GET:NOTES" in session.event_handlers, len(session.init_handlers))
    await session.event_handlers["_ACTION:NOTES"]({"type": "RENAME", "title": "x"})
    print(notes.title)
    await session.event_handlers["_PATCH:NOTES"]([{"op": "replace", "path": "/title", "value": "y"}])
    print(notes.title)
    await session.event_handlers["_SET:NOTES"]({"title": "z"})
    print(notes.title)
    await session.event_handlers["_GET:NOTES"]({})

DIALOGUE = r"""
>>> await test_handlers()
    | True 1
    | x
    | y
    | z
"""
