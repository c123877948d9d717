# 0.6.9
"""`ws_lock` is a lock; `deregister_event` of an event without a handler raises."""

from ws_sync import Session

session = Session()


async def use_lock():
    async with session.ws_lock:
        print("locked")


try:
    session.deregister_event("nothing")
except Exception:
    print("refused")

DIALOGUE = r"""
    0.6.9: | refused
connect
>>> await use_lock()
    | locked
"""
