"""One connection of a client: frames out, one after the other, and events in.

The two frames of a pair are sent with nothing between them (binary-pair), and a patch is made at
the moment when it is its turn to be sent. What comes in is decoded here; a frame that is no event
is told, and the connection stays open (connection-malformed-survives).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from ws_sync._core.json import codec
from ws_sync._core.json.codec import JSON, Event
from ws_sync._core.protocol.binary_pairs import Pairing
from ws_sync._core.protocol.events import BIN_META
from ws_sync.exceptions import MalformedFrame, NoConnection, Refused


class Connection:
    """A WebSocket that is open, or was."""

    def __init__(self, socket: ClientConnection, warn: Callable[[object], None]) -> None:
        """Take over a WebSocket.

        Args:
            socket: the WebSocket.
            warn: told what the server sent that is no event.
        """
        self._socket = socket
        self._warn = warn
        self._turn = asyncio.Lock()
        self._pairing = Pairing()  # so an announcement ends here: binary-per-connection

    async def send(self, event: str, data: JSON) -> None:
        """Send an event.

        Raises:
            NotJSON: the data has no JSON form.
            NoConnection: the connection has ended.
        """
        frame = codec.frame(event, codec.encode(data))
        async with self._turn:
            await self._send(frame, event)

    async def send_pair(self, event: str, metadata: dict[str, JSON], content: bytes) -> None:
        """Send bytes, as the event that `_BIN_META` announces.

        Raises:
            NotJSON: the metadata has no JSON form.
            NoConnection: the connection has ended.
        """
        announcement = {"type": event, "metadata": metadata}
        frame = codec.frame(BIN_META, codec.encode(announcement))
        async with self._turn:
            await self._send(frame, event)
            await self._send(content, event)

    async def send_made(self, event: str, make: Callable[[], JSON | None]) -> bool:
        """Send an event of which the data is made when it is its turn.

        Args:
            event: its type.
            make: returns the data, or None when nothing is to be sent.

        Returns:
            Whether something was sent.

        Raises:
            NoConnection: the connection has ended.
        """
        async with self._turn:
            data = make()
            if data is None:
                return False
            await self._send(codec.frame(event, codec.encode(data)), event)
            return True

    async def ping(self) -> asyncio.Future[float]:
        """Send a ping; what is returned is done when the server has read all that was sent before.

        Raises:
            NoConnection: the connection has ended.
        """
        try:
            return await self._socket.ping()  # type: ignore[return-value]
        except ConnectionClosed:
            raise NoConnection("ping") from None

    async def events(self) -> AsyncIterator[Event | None]:
        """Yield the events until the connection has ended; None for a text that is none."""
        try:
            async for frame in self._socket:
                if isinstance(frame, bytes):
                    if (pair := self._complete(frame)) is not None:
                        yield pair
                    continue
                try:
                    event = codec.decode(frame)
                except MalformedFrame as error:
                    self._warn(error)
                    yield None
                    continue
                if event.type == BIN_META:
                    self._announce(event.data)
                else:
                    yield event
        except ConnectionClosed:
            return

    async def close(self, code: int = 1000) -> None:
        """Close in the orderly way."""
        await self._socket.close(code)

    def abort(self) -> None:
        """End it at once."""
        self._socket.transport.abort()

    async def _send(self, frame: str | bytes, event: str) -> None:
        try:
            await self._socket.send(frame)
        except ConnectionClosed:
            raise NoConnection(event) from None

    def _announce(self, data: JSON) -> None:
        try:
            self._pairing.announce(data)
        except Refused as error:
            self._warn(error)

    def _complete(self, content: bytes) -> Event | None:
        try:
            return self._pairing.complete(content)
        except Refused as error:
            self._warn(error)
            return None
