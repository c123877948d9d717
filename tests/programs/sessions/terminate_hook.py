# 0.8.0
"""A SessionState with all three hooks."""

from ws_sync import Session, SessionState


class State(SessionState):
    async def on_connect(self):
        print("connect")

    async def on_disconnect(self):
        print("disconnect")

    async def on_terminate(self):
        print("terminate")


session = Session()
session.state = State()

DIALOGUE = r"""
connect
    | connect
disconnect
    | disconnect
connect
    | connect
"""
