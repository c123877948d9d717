"""Binary frames: each belongs to the last `_BIN_META` before it on its connection.

Text frames may stand between the two. The pair is one event of the type that the `_BIN_META` names;
its data is the metadata with one more member, `data`, which holds the bytes.
"""

from __future__ import annotations

from ws_sync._core.json.codec import JSON, Event
from ws_sync._core.protocol.events import split_event
from ws_sync.exceptions import Refused

_WITH_BYTES = {"_ACTION", "_TASK_START"}  # and all names of the application's own


class Pairing:
    """The `_BIN_META` that waits for its bytes on one connection."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: Event | None = None

    def announce(self, data: JSON) -> None:
        """Take the data of a `_BIN_META`; an older one that still waits is forgotten.

        Raises:
            Refused: it can't be the first half of a pair; the bytes that follow have none then.
        """
        self._waiting = None  # binary-newest
        if type(data) is not dict or type(data.get("type")) is not str:
            raise Refused("_BIN_META has a member 'type' that is a string")
        if type(metadata := data.get("metadata")) is not dict:
            raise Refused("_BIN_META has a member 'metadata' that is an object")
        if "data" in metadata:
            raise Refused("'data' in the metadata would hide the bytes")  # binary-reserved
        name, _ = split_event(data["type"])
        if name.startswith("_") and name not in _WITH_BYTES:
            raise Refused(f"{data['type']!r} carries no bytes")  # binary-no-state
        self._waiting = Event(data["type"], metadata)

    def complete(self, payload: bytes) -> Event:
        """Take a binary frame and return the event that it completes.

        Raises:
            Refused: no `_BIN_META` waits for it.
        """
        if self._waiting is None:
            raise Refused("a binary frame without _BIN_META")  # binary-unannounced
        event, metadata = self._waiting
        self._waiting = None
        return Event(event, {**metadata, "data": payload})
