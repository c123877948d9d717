# 0.5.1 0.6.9
"""Without a session, the Sync is not made."""

from ws_sync import Sync


class Box:
    n = 1


try:
    Sync(obj=Box(), key="BOX")
    print("made")
except Exception:
    print("refused")

DIALOGUE = r"""
    | refused
"""
