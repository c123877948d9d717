# 0.6.9
"""A program changes the registries of a session itself."""

from ws_sync import Session

session = Session()


async def ping(data):
    await session.send("pong", data)


async def init():
    await session.send("init", None)


session.event_handlers["ping"] = ping
session.init_handlers.append(init)

DIALOGUE = r"""
connect
    init
ping 1
    pong 1
>>> session.init_handlers.remove(init)
>>> del session.event_handlers["ping"]
ping 2
disconnect
connect
"""
