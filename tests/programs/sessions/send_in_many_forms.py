# 0.6.9
"""Data of all JSON types in events of the application."""

from ws_sync import Session

session = Session()

DIALOGUE = r"""
connect
>>> await session.send("e", None)
    e
>>> await session.send("e", 0)
    e 0
>>> await session.send("e", [1, "ä", {"x": None}])
    e [1, "ä", {"x": null}]
>>> await session.send(event="e", data=(1, 2))
    e [1, 2]
>>> await session.send("a:b:c", {"1": 1})
    a:b:c {"1": 1}
"""
