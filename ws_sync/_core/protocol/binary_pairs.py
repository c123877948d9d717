"""Binary frames: each belongs to the last `_BIN_META` before it on its connection.

There may be text frames between the two. The pair is one event. Its type is named in the
`_BIN_META`. Its data is the metadata with an additional member `data`, the bytes.
"""

from __future__ import annotations

from ws_sync._core.json.codec import JSON, Event
from ws_sync._core.protocol.events import split_event
from ws_sync.exceptions import Refused

_WITH_BYTES = {"_ACTION", "_TASK_START"}  # and all events of the application


class Pairing:
    """The `_BIN_META` of one connection whose bytes have not arrived yet."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: Event | None = None

    def announce(self, data: JSON) -> None:
        """Take the data of a `_BIN_META`. It replaces an earlier one without bytes.

        Raises:
            Refused: it is not valid. The bytes that follow are refused too.
        """
        self._waiting = None  # binary-newest
        if type(data) is not dict or type(data.get("type")) is not str:
            raise Refused("_BIN_META must have a string 'type'")
        if type(metadata := data.get("metadata")) is not dict:
            raise Refused("_BIN_META must have an object 'metadata'")
        if "data" in metadata:
            # binary-reserved
            raise Refused("the metadata must not have a member 'data': the bytes get this name")
        name, _ = split_event(data["type"])
        if name.startswith("_") and name not in _WITH_BYTES:
            raise Refused(f"the event {data['type']!r} can't have bytes")  # binary-no-state
        self._waiting = Event(data["type"], metadata)

    def complete(self, payload: bytes) -> Event:
        """Take a binary frame and return the event that it completes.

        Raises:
            Refused: there is no `_BIN_META` for it.
        """
        if self._waiting is None:
            raise Refused("binary frame without _BIN_META")  # binary-unannounced
        event, metadata = self._waiting
        self._waiting = None
        return Event(event, {**metadata, "data": payload})
