# 0.6.9
"""The second handler of one event takes over in 0.6.9."""

from ws_sync import Session

session = Session()


async def one(data):
    await session.send("one", data)


async def two(data):
    await session.send("two", data)


session.register_event("e", one)
session.register_event("e", two)

DIALOGUE = r"""
connect
e 1
    two 1
"""
