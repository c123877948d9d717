# 0.5.1 0.6.9
"""Functions of the application's own that are called on each new connection, in order."""

import ws_sync
from ws_sync import Session, Sync


class Box:
    n = 1


async def before():
    await session.send("before", None)


async def after():
    await session.send("after", {"connected": session.is_connected})


with Session() as session:
    session.register_init(before)
    box = Box()
    sync = Sync.all(box, "BOX") if hasattr(ws_sync, "sync_all") else Sync("BOX", box)
    session.register_init(after)

DIALOGUE = r"""
connect
    before
    _SET:BOX {"n": 1}
    after {"connected": true}
disconnect
connect
    before
    _SET:BOX {"n": 1}
    after {"connected": true}
"""
