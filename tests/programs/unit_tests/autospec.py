# 0.6.9
"""Unit tests with `create_autospec` of Sync and Session."""

from unittest.mock import create_autospec

from ws_sync import Session, Sync


async def test():
    sync = create_autospec(Sync, instance=True)
    await sync()
    await sync.sync()
    await sync.toast("x", type="info")
    await sync.send_action({"type": "A"})
    await sync.download("f", b"")
    print(sync.await_count, sync.toast.await_args.args)
    session = create_autospec(Session, instance=True)
    await session.send("e", 1)
    session.register_event("e", print)
    await session.disconnect("bye")
    print(session.send.await_args.args)

DIALOGUE = r"""
>>> await test()
    ! TypeError
"""
