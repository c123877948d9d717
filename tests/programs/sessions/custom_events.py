# 0.5.1 0.6.9
"""Events of the application's own, with async and plain handlers."""

from ws_sync import Session

session = Session()
seen = []


async def ping(data):
    await session.send("pong", data)


def note(data):
    seen.append(data)


session.register_event("ping", ping)
session.register_event("note", note)
print("ping" in session.event_handlers, len(session.init_handlers))

DIALOGUE = r"""
    | True 0
connect
ping {"n": [1, null]}
    pong {"n": [1, null]}
ping
    pong
note "hello"
>>> seen
    | ['hello']
unknown {"x": 1}
>>> session.deregister_event("ping")
ping 1
>>> await session.send("news", ["a"])
    news ["a"]
>>> await session.send_binary("file", {"name": "f"}, b"xyz")
    _BIN_META {"metadata": {"name": "f"}, "type": "file"}
    bytes 'xyz'
"""
