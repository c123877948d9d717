# 0.6.9
"""A state that is no SessionState, and one that is replaced."""

from ws_sync import Session


class State:
    def __init__(self, name):
        self.name = name

    async def on_connect(self):
        print("connect", self.name)

    async def on_disconnect(self):
        print("disconnect", self.name)


session = Session()
print(session.state)
session.state = State("a")

DIALOGUE = r"""
    | None
connect
    | connect a
>>> session.state = State("b")
disconnect
    | disconnect b
connect
    | connect b
"""
