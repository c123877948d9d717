# 0.6.9
"""A hook that changes an object when a client connects."""

from ws_sync import Session, SessionState, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.visits = 0


class State(SessionState):
    async def on_connect(self):
        box.visits += 1
        await box.sync(toast="welcome")

    async def on_disconnect(self):
        box.visits += 10


with Session() as session:
    session.state = State()
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"visits": 0}
    _PATCH:BOX {"visits": 1}
    _TOAST {"message": "welcome", "type": "default"}
disconnect
connect
    _SET:BOX {"visits": 11}
    _PATCH:BOX {"visits": 12}
    _TOAST {"message": "welcome", "type": "default"}
"""
