# 0.6.9
"""A program registers handlers of events that begin with an underscore."""

from ws_sync import Session

session = Session()


async def act(data):
    await session.send("_ACTION:CUSTOM", data)


async def state(data):
    await session.send("_SET:CUSTOM", {"n": 1})


session.register_event("_ACTION:CUSTOM", act)
session.register_event("_GET:CUSTOM", state)
session.register_init(lambda: print("init"))

DIALOGUE = r"""
connect
    | init
_ACTION:CUSTOM {"type": "X", "n": 1}
    _ACTION:CUSTOM {"n": 1, "type": "X"}
_GET:CUSTOM
    _SET:CUSTOM {"n": 1}
>>> await session.send("_TOAST", {"type": "info", "message": "direct"})
    _TOAST {"message": "direct", "type": "info"}
"""
