# 0.5.1
"""A second handler of one event is refused in 0.5.1."""

from ws_sync import Session

session = Session()


async def one(data):
    await session.send("one", data)


async def two(data):
    await session.send("two", data)


session.register_event("e", one)
try:
    session.register_event("e", two)
    print("registered")
except Exception:
    print("refused")

DIALOGUE = r"""
    0.5.1: | refused
    here: | registered
connect
e 1
    0.5.1: one 1
    here: two 1
"""
