"""Forwards bytes between a client and the target, and ends each side as the other has ended.

Bytes are forwarded before they are parsed. While one side does not read, the other is not read, so
that buffers stay small. The end of a stream, a reset and a close frame are forwarded as such.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from urllib.parse import SplitResult

from conformance.driver.raw_socket import reset
from conformance.proxy import http_head
from conformance.proxy.http_head import BadHead, Request
from conformance.proxy.watcher import Watched, Watcher

CONNECT = 10.0
"""Seconds within which the target must accept a connection."""
LINGER = 2.0
"""Seconds that a client has to answer the close frame if the target can't be reached."""
BUFFERED = 1 << 16
"""Bytes buffered for one side above which the other is not read."""
BAD_GATEWAY = 1014
CONTINUE, SWITCHING = 100, 101


class Proxy:
    """Accepts clients and connects them to the target.

    Attributes:
        down: Why the target could not be reached the last time, or an empty string.
        names: The names by which clients may address the proxy, besides addresses and localhost.
    """

    def __init__(self, watcher: Watcher, target: SplitResult) -> None:
        self.watcher = watcher
        self.target = target
        self.down = ""
        self.tunnels: set[ClientSide] = set()
        self.names = {socket.gethostname().lower(), target.hostname or ""}
        self._tls = ssl.create_default_context() if target.scheme == "wss" else None

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Listen for clients.

        Raises:
            OSError: The address can't be listened on.
        """
        self.names.add(host.lower())
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: ClientSide(self), host, port, backlog=1024)

    async def connect(self, client: ClientSide) -> ServerSide:
        """Connect to the target.

        Raises:
            OSError: The target can't be reached.
            TimeoutError: The target does not accept the connection.
        """
        loop = asyncio.get_running_loop()
        port = self.target.port or (443 if self._tls else 80)
        async with asyncio.timeout(CONNECT):
            _, server = await loop.create_connection(
                lambda: ServerSide(client), self.target.hostname or "", port, ssl=self._tls
            )
        if self.down:
            self.down = ""
            self.watcher.note(f"{self.target.geturl()} can be reached again")
        return server

    def connect_failed(self, error: OSError) -> str:
        """Note once that the target can't be reached; return the reason for the client."""
        reason = error.strerror or str(error) or "it does not answer"
        if not self.down:
            self.watcher.note(f"{self.target.geturl()} can't be reached: {reason}")
        self.down = reason
        return f"ws-sync proxy: the target can't be reached: {reason}"

    def close(self) -> None:
        """Abort all connections."""
        for client in [*self.tunnels]:
            if client.watched is not None:
                client.watched.half_ended("proxy")
            client.transport.abort()


class _End(asyncio.Protocol):
    """One end of a forwarded connection.

    Attributes:
        other: The other end, or None while there is none.
        finished: Whether its stream has ended.
        stalled: Whether it does not read.
    """

    name = ""
    transport: asyncio.Transport

    def __init__(self) -> None:
        self.other: _End | None = None
        self.finished = False
        self.stalled = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(high=BUFFERED)

    def pause_writing(self) -> None:
        """Stop reading the other end, because this one does not read."""
        self.stalled = True
        if self.other is not None and not self.other.transport.is_closing():
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """It has read enough: go on."""
        self.stalled = False
        if self.other is not None:
            self.other.read_on()

    def read_on(self) -> None:
        """Read this end again, unless the other one does not read."""
        full = self.other is not None and self.other.stalled
        if not full and not self.transport.is_closing():
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        """Forward the end of the stream."""
        self.finished = True
        self.ends()
        other = self.other
        if other is None or other.finished or not other.transport.can_write_eof():
            if other is not None:
                other.transport.close()
            return False
        other.transport.write_eof()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """End the other end in the same way."""
        other, self.other = self.other, None
        self.lost()
        if other is None or other.transport.is_closing():
            return
        if error is not None or not self.finished:
            reset(other.transport)
        else:
            other.transport.close()

    def ends(self) -> None:
        """Called when the stream of this end ends."""

    def lost(self) -> None:
        """Called when the connection of this end is lost."""


class ClientSide(_End):
    """The end at the client."""

    name = "client"

    def __init__(self, proxy: Proxy) -> None:
        super().__init__()
        self._proxy = proxy
        self._head = bytearray()
        self._early = b""
        self._waits = False  # for the answer to a handshake
        self._task: asyncio.Task[None] | None = None
        self.request: Request | None = None
        self.watch: Callable[[bytes], None] | None = None
        self.watched: Watched | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Add the connection."""
        super().connection_made(transport)
        self._proxy.tunnels.add(self)

    def data_received(self, data: bytes) -> None:
        """Forward what the client sends, after its request is changed."""
        if self.other is not None:
            self.other.transport.write(data)
            if self.watch is not None:
                self.watch(data)
            elif self._waits:
                self._early += data
                if len(self._early) > BUFFERED:  # frames before the answer are kept
                    self.transport.pause_reading()
        elif self.request is None:
            self._head += data
            self._read_head()

    def _read_head(self) -> None:
        end = self._head.find(http_head.END)
        if end < 0:
            if len(self._head) > http_head.LONGEST:
                self._refuse(b"431 Request Header Fields Too Large")
            return
        try:
            self.request = http_head.request(bytes(self._head[:end]))
        except BadHead:
            self._refuse(b"400 Bad Request")
            return
        if not self.request.is_for(self._proxy.names):  # a name that was rebound to this machine
            host = self.request.get("host")
            self._proxy.watcher.note(
                f"rejected: the Host header {host!r} is not a name of the proxy"
            )
            self._refuse(b"421 Misdirected Request")
            return
        del self._head[: end + len(http_head.END)]
        self.transport.pause_reading()
        self._task = asyncio.get_running_loop().create_task(self._connect(self.request))

    def _refuse(self, status: bytes) -> None:
        self.transport.write(b"HTTP/1.1 %s\r\nConnection: close\r\n\r\n" % status)
        self.transport.close()

    async def _connect(self, request: Request) -> None:
        try:
            server = await self._proxy.connect(self)
        except OSError as error:  # a TimeoutError as well
            reason = self._proxy.connect_failed(error)
            if self.transport.is_closing():
                return
            self.transport.write(request.refusal(BAD_GATEWAY, reason))
            self.transport.resume_reading()
            await asyncio.sleep(LINGER if request.upgrades else 0)
            self.transport.close()
            return
        if self.transport.is_closing():
            server.transport.abort()
            return
        self.other, server.other = server, self
        self._waits = request.upgrades
        early = bytes(self._head)
        self._early = early if self._waits else b""
        server.transport.write(request.for_target(self._proxy.target) + early)
        self._head.clear()
        self.read_on()

    def read_on(self) -> None:
        """Read again, unless much has arrived before the answer."""
        if len(self._early) <= BUFFERED:
            super().read_on()

    def upgraded(self) -> None:
        """Watch the connection: the target has accepted the handshake."""
        assert self.request is not None
        self.watched = self._proxy.watcher.open(
            self.request.path, self.request.get("origin"), self.request.get("user-agent")
        )
        self.watched.silent = lambda: self.stalled
        self.watch = self.watched.client
        if self._early:
            self.watch(self._early)
        self._answered()

    def _answered(self) -> None:
        self._early, self._waits = b"", False
        self.read_on()

    def refused(self, status: int) -> None:
        """Note that the target has rejected the handshake, if the request was one."""
        if self.request is not None and self.request.upgrades:
            path = self.request.path
            self._proxy.watcher.note(f"the server answers {status} to a handshake at {path}")
        self._answered()

    def ends(self) -> None:
        """Notify the watcher."""
        if self.watched is not None:
            self.watched.half_ended(self.name)

    def lost(self) -> None:
        """Notify the watcher."""
        self._proxy.tunnels.discard(self)
        if self.watched is not None:
            self.watched.end(self.name)


class ServerSide(_End):
    """The end at the target."""

    name = "server"

    def __init__(self, client: ClientSide) -> None:
        super().__init__()
        self._client = client
        self._head: bytearray | None = bytearray()
        self._watch: Callable[[bytes], None] | None = None

    def data_received(self, data: bytes) -> None:
        """Forward what the server sends."""
        if self.other is not None:
            self.other.transport.write(data)
        if self._watch is not None:
            self._watch(data)
        elif self._head is not None:
            self._head += data
            self._read_head(self._head)

    def _read_head(self, buffer: bytearray) -> None:
        status = CONTINUE
        while 100 <= status < 200 and status != SWITCHING:  # informational answers
            end = buffer.find(http_head.END)
            if end < 0 and len(buffer) <= http_head.LONGEST:
                return
            status = http_head.status(bytes(buffer[: max(end, 0)]))
            del buffer[: end + len(http_head.END)]
        self._head = None
        if status != SWITCHING:
            self._client.refused(status)
            return
        self._client.upgraded()
        assert self._client.watched is not None
        self._watch = self._client.watched.server
        if buffer:
            self._watch(bytes(buffer))

    def ends(self) -> None:
        """Notify the watcher."""
        if self._client.watched is not None:
            self._client.watched.half_ended(self.name)

    def lost(self) -> None:
        """Notify the watcher."""
        if self._client.watched is not None:
            self._client.watched.end(self.name)
