# 0.6.9
"""A hook that looks at the session when the connection has ended."""

from ws_sync import Session, SessionState


class State(SessionState):
    async def on_connect(self):
        print("connected", session.is_connected)

    async def on_disconnect(self):
        print("disconnected", session.is_connected)


with Session() as session:
    session.state = State()

DIALOGUE = r"""
connect
    | connected True
disconnect
    0.6.9: | disconnected True
    here: | disconnected False
>>> session.is_connected
    | False
"""
