"""The event in a text frame, read fast.

orjson refuses what the protocol refuses; what it refuses is read again by `wire.decode`, which says
why, or takes it after all. Integers beyond 64 bits become doubles, as receivers may read them.
"""

from __future__ import annotations

import orjson

from conformance.protocol.wire import JSON, MalformedFrame, decode

NOTHING = object()
"""The `data` of an event that has no such member."""


def read(payload: bytes) -> tuple[str, JSON]:
    """The type and the data of an event; `NOTHING` where it has no data.

    Raises:
        MalformedFrame: It is no event.
    """
    try:
        envelope = orjson.loads(payload)
        if envelope.__class__ is dict:
            type_ = envelope.get("type")
            if type_.__class__ is str:
                return type_, envelope.get("data", NOTHING)
    except orjson.JSONDecodeError:
        pass
    try:
        event = decode(payload.decode())
    except UnicodeDecodeError as error:
        raise MalformedFrame("connection-text", "text that is not UTF-8") from error
    return event.type, event.envelope().get("data", NOTHING)
