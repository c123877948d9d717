"""WebSockets below the library: invalid frames, and handshakes that the kit writes itself.

A `Line` is a TCP connection before its handshake: a case can cut it, stall it or write it byte by
byte. After the server's answer it becomes a `RawSocket`, which a `Connection` uses like the
library's own.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import socket
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from websockets import protocol as sans_io
from websockets.frames import Frame, Opcode

from conformance.driver.trace import Trace
from conformance.protocol.wire import LARGEST

CHUNK = 65536  # bytes of one read
DATA_OPCODES = (Opcode.CONT, Opcode.TEXT, Opcode.BINARY)


def frame(
    payload: bytes,
    opcode: int = Opcode.TEXT,
    *,
    fin: bool = True,
    reserved: int = 0,
    masked: bool = True,
    claims: int | None = None,
) -> bytes:
    """A WebSocket frame (RFC 6455, section 5.2), valid or not.

    `reserved` is the reserved bits as a number: 4 is RSV1, 1 is RSV3. `claims` is the length in the
    header, in 64 bits; None for that of the payload.
    """
    first = fin << 7 | reserved << 4 | opcode
    mask_bit = masked << 7
    if claims is not None:
        header = struct.pack("!BBQ", first, mask_bit | 127, claims)
    elif len(payload) < 126:
        header = struct.pack("!BB", first, mask_bit | len(payload))
    elif len(payload) < 1 << 16:
        header = struct.pack("!BBH", first, mask_bit | 126, len(payload))
    else:
        header = struct.pack("!BBQ", first, mask_bit | 127, len(payload))
    if not masked:
        return header + payload
    mask = os.urandom(4)
    return header + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def fragments(message: bytes, *cuts: int) -> list[bytes]:
    """The frames of a text message that is cut at these offsets."""
    edges = [0, *cuts, len(message)]
    return [
        frame(message[begin:end], Opcode.CONT if begin else Opcode.TEXT, fin=end == len(message))
        for begin, end in itertools.pairwise(edges)
    ]


def reset(transport: asyncio.WriteTransport) -> None:
    """Reset a TCP connection: both sides lose what was not read or sent yet."""
    line: socket.socket = transport.get_extra_info("socket")
    with suppress(OSError):  # the server has closed it already
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Socket(Protocol):
    """The WebSocket interface that a `Connection` needs: websockets' own, and `RawSocket`.

    Attributes:
        subprotocol: The subprotocol that the server selected.
        close_code: The code of the server's close frame, None without one.
        close_reason: The reason in that frame, None without one.
    """

    @property
    def transport(self) -> asyncio.Transport:
        """The TCP connection below it."""

    @property
    def subprotocol(self) -> str | None: ...  # noqa: D102 - above

    @property
    def close_code(self) -> int | None: ...  # noqa: D102 - above

    @property
    def close_reason(self) -> str | None: ...  # noqa: D102 - above

    def __aiter__(self) -> AsyncIterator[str | bytes]: ...

    async def send(self, message: str | bytes | Iterable[str], /) -> None:
        """Send a message; an iterable is sent in fragments."""

    async def close(self) -> None:
        """Close with a closing handshake."""


class BufferedTransport:
    """A transport that buffers what a library writes to it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.written: list[bytes] = []

    def write(self, content: bytes) -> None:
        """Buffer it."""
        self.written.append(bytes(content))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


LONGEST_HEADERS = 1 << 20
"""The largest answer to a handshake that is read, in bytes."""


class HandshakeFailed(OSError):
    """The answer to a valid handshake violates RFC 6455; the text says how."""


class Line:
    """A TCP connection to the server under test, with TLS for `wss`."""

    def __init__(
        self, url: str, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], label: str
    ) -> None:
        self.label = label
        self._url = urlsplit(url)
        self._reader, self._writer = streams

    @classmethod
    async def open(cls, url: str, label: str, trace: Trace, deadline: float) -> Line:
        """Connect, and send nothing.

        Raises:
            OSError: The connection is refused.
            TimeoutError: There is no answer before the deadline.
        """
        trace.add(label, "noted", f"connects to {url}, and sends no handshake yet", "opened")
        parts = urlsplit(url)
        tls = parts.scheme == "wss"
        async with asyncio.timeout(deadline):
            streams = await asyncio.open_connection(
                parts.hostname,
                parts.port or (443 if tls else 80),
                ssl=tls or None,
                limit=LONGEST_HEADERS,
            )
        return cls(url, streams, label)

    def handshake(self) -> bytes:
        """The HTTP request that opens a WebSocket."""
        query = f"?{self._url.query}" if self._url.query else ""
        return "\r\n".join(
            [
                f"GET {self._url.path or '/'}{query} HTTP/1.1",
                f"Host: {self._url.netloc}",
                "Upgrade: websocket",
                "Connection: Upgrade",
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
                "Sec-WebSocket-Version: 13",
                "\r\n",
            ]
        ).encode()

    async def write(self, content: bytes) -> None:
        """Send bytes, in a TCP segment of their own if possible (asyncio sets TCP_NODELAY)."""
        try:
            self._writer.write(content)
            await self._writer.drain()
        except ConnectionError as error:
            raise HandshakeFailed(f"the server ends the connection: {error}") from error

    async def upgraded(self, deadline: float) -> RawSocket:
        """Wait for the answer to the handshake; the WebSocket.

        Raises:
            HandshakeFailed: The server rejects the handshake, or closes.
            TimeoutError: There is no answer before the deadline.
        """
        try:
            async with asyncio.timeout(deadline):
                head = await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise HandshakeFailed("the server ends the connection") from error
        except asyncio.LimitOverrunError as error:
            raise HandshakeFailed("the server answers with endless headers") from error
        status = head.partition(b"\r\n")[0].decode(errors="replace")
        if " 101 " not in f"{status} ":
            raise HandshakeFailed(f"the server answers {status!r}")
        return RawSocket(self._reader, self._writer)

    def release(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()


class RawSocket:
    """A WebSocket after a handshake of the kit's own; the library's parser reads its frames.

    Attributes:
        subprotocol: None, because its handshake offers none.
    """

    subprotocol = None

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.transport = cast("asyncio.Transport", writer.transport)
        self._reader = reader
        self._protocol = sans_io.Protocol(sans_io.Side.CLIENT, max_size=LARGEST)
        self._parts: list[bytes] = []
        self._opcode = Opcode.TEXT

    @property
    def close_code(self) -> int | None:
        """The code of the server's close frame, or None without one."""
        return self._protocol.close_rcvd.code if self._protocol.close_rcvd else None

    @property
    def close_reason(self) -> str | None:
        """The reason in the server's close frame, or None without one."""
        return self._protocol.close_rcvd.reason if self._protocol.close_rcvd else None

    async def send(self, message: str | bytes | Iterable[str]) -> None:
        """Send a message; an iterable is sent in fragments."""
        if isinstance(message, bytes):
            self.transport.write(frame(message, Opcode.BINARY))
            return
        parts = [message] if isinstance(message, str) else list(message)
        for number, part in enumerate(parts, start=1):
            opcode = Opcode.TEXT if number == 1 else Opcode.CONT
            self.transport.write(frame(part.encode(), opcode, fin=number == len(parts)))

    async def close(self) -> None:
        """Send a close frame; the reader sees the end of the connection."""
        self._protocol.send_close(1000)
        self._answer()

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """The messages of the server until the connection ends; pings are answered."""
        try:
            while content := await self._reader.read(CHUNK):
                self._protocol.receive_data(content)
                self._answer()
                for message in self._messages():
                    yield message
        except ConnectionError:  # a reset ends it too
            pass
        self.transport.abort()

    def _answer(self) -> None:
        for content in self._protocol.data_to_send():
            if content:
                self.transport.write(content)

    def _messages(self) -> list[str | bytes]:
        messages: list[str | bytes] = []
        for part in self._protocol.events_received():
            if not isinstance(part, Frame) or part.opcode not in DATA_OPCODES:
                continue
            if part.opcode is not Opcode.CONT:
                self._opcode = part.opcode
            self._parts.append(bytes(part.data))
            if part.fin:
                whole = b"".join(self._parts)
                self._parts.clear()
                text = self._opcode is Opcode.TEXT
                messages.append(whole.decode(errors="replace") if text else whole)
        return messages
