"""A WebSocket in memory: what it is to receive comes from an iterator, what is sent is counted.

The fastest there can be, so that twenty million events are a matter of minutes: the next frame is
there at once, and only every so many frames everything else has a turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

from starlette.datastructures import Headers
from starlette.websockets import WebSocketState

from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.wire import MalformedFrame, decode

TURN = 50
"""So many frames come in before everything else has a turn."""

Step = str | bytes | Callable[[], Awaitable[None]]
"""A frame that comes in, or something that the server does by itself."""


class Wire:
    """One connection, which ends with its iterator, or stays open behind it until it is closed.

    Attributes:
        sent: how many frames of each name the server has sent.
        mirror: what a client holds; None when nobody looks.
        close_code: with which the server has closed.
        is_idle: set when all was received.
        failure: why the mirror could not follow what the server has sent.
    """

    client = ("memory", 0)
    headers = Headers()

    def __init__(self, steps: Iterator[Step], sent: Counter[str], stays: bool) -> None:
        self.application_state = WebSocketState.CONNECTED
        self.client_state = WebSocketState.CONNECTED
        self.sent = sent
        self.mirror: Mirror | None = None
        self.close_code: int | None = None
        self.is_idle = asyncio.Event()
        self.failure: str | None = None
        self._steps = steps
        self._stays = stays
        self._received = 0

    async def accept(self) -> None:
        """Nothing is left to accept."""

    async def receive(self) -> dict[str, Any]:
        """Return the next frame."""
        self._received += 1
        if self.mirror is not None or self._received % TURN == 0:
            await asyncio.sleep(0)
        while callable(frame := next(self._steps, None)):
            await frame()
        if type(frame) is str:
            if self.mirror is not None:
                self._edit(self.mirror, frame)
            return {"type": "websocket.receive", "text": frame}
        if frame is not None:
            return {"type": "websocket.receive", "bytes": frame}
        self.is_idle.set()
        if self._stays:
            await asyncio.Event().wait()
        self.client_state = WebSocketState.DISCONNECTED
        return {"type": "websocket.disconnect", "code": 1000}

    async def send_text(self, data: str) -> None:
        """Count a frame, and let the mirror follow."""
        self.sent[data[9:13]] += 1  # behind `{"type":"`: the beginning of the event's name
        if self.mirror is not None:
            try:
                self._follow(self.mirror, data)
            except Inapplicable as error:  # which ends the connection, as any error here does
                self.failure = self.failure or f"{error}: {data}"
                raise

    async def send_bytes(self, _: bytes) -> None:
        """Count a binary frame."""
        self.sent["bytes"] += 1

    async def close(self, code: int = 1000, _: str | None = None) -> None:
        """Note the code."""
        self.close_code = code
        self.application_state = WebSocketState.DISCONNECTED

    def _edit(self, mirror: Mirror, text: str) -> None:
        """Make the client's own change in its copy, as it does before it sends it."""
        with suppress(MalformedFrame, Inapplicable):
            event = decode(text)
            if event.name == "_PATCH" and event.key is not None and type(event.data) is list:
                mirror.patch(event.key, event.data)
            elif event.name == "_SET" and event.key is not None and type(event.data) is dict:
                mirror.merge(event.key, event.data)

    def _follow(self, mirror: Mirror, text: str) -> None:
        event = decode(text)
        if event.name == "_SET" and event.key is not None:
            mirror.set(event.key, event.data)
        elif event.name == "_PATCH" and event.key is not None:
            mirror.patch(event.key, event.data)
