"""A WebSocket in memory, which receives from an iterator and counts what is sent.

Twenty million events take minutes, because the next frame is always there, and other tasks get a
turn only after `TURN` frames.
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
"""Frames that are received before other tasks get a turn."""

Step = str | bytes | Callable[[], Awaitable[None]]
"""A received frame, or a function that the server calls by itself."""


class Wire:
    """One connection, which ends with its iterator, or stays open after it until it is closed.

    Attributes:
        sent: number of frames of each name that the server has sent.
        mirror: the copy of a client; None if the connection has none.
        close_code: the code with which the server has closed.
        is_idle: set when all frames are received.
        failure: why a frame could not be applied to the mirror.
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
        """Do nothing: the connection is accepted."""

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
        """Count a frame, and apply it to the mirror."""
        self.sent[data[9:13]] += 1  # after `{"type":"`: the beginning of the event's name
        if self.mirror is not None:
            try:
                self._follow(self.mirror, data)
            except Inapplicable as error:  # ends the connection, like any error here
                self.failure = self.failure or f"{error}: {data}"
                raise

    async def send_bytes(self, _: bytes) -> None:
        """Count a binary frame."""
        self.sent["bytes"] += 1

    async def close(self, code: int = 1000, _: str | None = None) -> None:
        """Keep the code."""
        self.close_code = code
        self.application_state = WebSocketState.DISCONNECTED

    def _edit(self, mirror: Mirror, text: str) -> None:
        """Apply a change of the client to its copy, as a client does before it sends it."""
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
