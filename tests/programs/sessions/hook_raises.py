# 0.6.9
"""A hook that raises does not end the connection."""

from ws_sync import Session, SessionState


class State(SessionState):
    async def on_connect(self):
        raise RuntimeError("hook")

    async def on_disconnect(self):
        raise RuntimeError("hook")


async def ping(data):
    await session.send("pong", data)


session = Session()
session.state = State()
session.register_event("ping", ping)

DIALOGUE = r"""
connect
ping 1
    pong 1
disconnect
connect
ping 2
    pong 2
"""
