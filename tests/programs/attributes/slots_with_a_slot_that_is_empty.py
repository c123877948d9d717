# 0.6.9
"""Slots that are not set yet: `getattr` fails when the Sync is made."""

from ws_sync import Session, sync_all


class Point:
    __slots__ = ("x", "later", "sync")

    @sync_all("POINT")
    def __init__(self):
        self.x = 1


with Session() as session:
    try:
        Point()
        print("made")
    except AttributeError:
        print("AttributeError")

DIALOGUE = r"""
    0.6.9: | AttributeError
    here: | made
"""
