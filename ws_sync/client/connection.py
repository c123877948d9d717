"""One connection of a client: it encodes and sends events, receives and decodes them.

The two frames of a binary pair are sent with nothing between them (binary-pair). A patch is made
when it is its turn to be sent. A frame that is not an event is reported, and the connection stays
open (connection-malformed-survives).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from ws_sync._core.json import codec
from ws_sync._core.json.codec import JSON, Event
from ws_sync._core.protocol.binary_pairs import Pairing
from ws_sync._core.protocol.events import BIN_META
from ws_sync.exceptions import MalformedFrame, NoConnection, Refused


class Connection:
    """A WebSocket after its opening handshake."""

    def __init__(self, socket: ClientConnection, warn: Callable[[object], None]) -> None:
        """Use a WebSocket.

        Args:
            socket: the WebSocket.
            warn: called with the error of each frame that is not an event.
        """
        self._socket = socket
        self._warn = warn
        self._turn = asyncio.Lock()
        self._pairing = Pairing()  # binary-per-connection

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
        """Send bytes as a `_BIN_META` event and a binary frame.

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
        """Send an event, and make its data when the frames before it were sent.

        Args:
            event: the event type.
            make: returns the data, or None to send nothing.

        Returns:
            Whether the event was sent.

        Raises:
            NoConnection: the connection has ended.
        """
        async with self._turn:
            data = make()
            if data is None:
                return False
            await self._send(codec.frame(event, codec.encode(data)), event)
            return True

    async def ping(self) -> None:
        """Return when the server has read everything that was sent before.

        Raises:
            NoConnection: the connection has ended.
        """
        try:
            await (await self._socket.ping())
        except WebSocketException:
            raise NoConnection("ping") from None

    async def events(self) -> AsyncIterator[Event | None]:
        """Yield events until the connection ends; None for a text frame that is not an event."""
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
        """Close with a closing handshake."""
        await self._socket.close(code)

    def abort(self) -> None:
        """Close without a closing handshake."""
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
