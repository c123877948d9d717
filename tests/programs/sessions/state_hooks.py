# 0.6.9
"""The hooks of a session's state."""

from ws_sync import Session, SessionState, session_context, sync_all


class State(SessionState):
    def __init__(self):
        self.connections = 0

    async def on_connect(self):
        self.connections += 1
        print("connected", session_context.get() is session)
        await session.send("hello", self.connections)

    async def on_disconnect(self):
        print("disconnected")


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.n = 1


with Session() as session:
    session.state = State()
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 1}
    hello 1
    | connected True
disconnect
    | disconnected
connect
    _SET:BOX {"n": 1}
    hello 2
    | connected True
>>> session.state.connections
    | 2
"""
