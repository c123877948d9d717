# 0.6.9
"""`SessionState` is abstract."""

from ws_sync import SessionState


class Half(SessionState):
    async def on_connect(self):
        pass


for cls in (SessionState, Half):
    try:
        cls()
        print("made")
    except TypeError:
        print("TypeError")

DIALOGUE = r"""
    0.6.9: | TypeError
    0.6.9: | TypeError
    here: | made
    here: | made
"""
