"""The server's side of one WebSocket: frames are queued, so that no client blocks the server."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.mutants.frames import JSON

ENDING = 2.0
"""Seconds that a client has to read what is left, and to answer the closing."""


class Link:
    """One connection of a session.

    Attributes:
        socket: The WebSocket.
        known: The keys of the documents whose state has been sent on it.
        waiting: The data of a `_BIN_META` without its bytes so far; None for none.
    """

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.known: set[str] = set()
        self.waiting: tuple[JSON] | None = None
        self._queue: asyncio.Queue[str | bytes | int] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def put(self, frame: str | bytes) -> None:
        """Send a frame behind all earlier ones."""
        self._queue.put_nowait(frame)

    def close(self, code: int) -> None:
        """Close with this code behind all that was put, or cut if that takes too long."""
        self._queue.put_nowait(code)
        asyncio.get_running_loop().call_later(ENDING, self.socket.transport.abort)

    def drop(self) -> None:
        """Forget what was not sent; the connection has ended."""
        self._writer.cancel()

    async def _write(self) -> None:
        with suppress(ConnectionClosed):
            while isinstance(item := await self._queue.get(), str | bytes):
                await self.write(item)
            await self.socket.close(item)

    async def write(self, frame: str | bytes) -> None:
        """Write one frame to the socket."""
        await self.socket.send(frame)
