"""Passes bytes from a client to the target and back, and ends on one side as the other has ended.

Bytes go out before they are looked at. A side that does not read stops the other one from being
read, so that nothing piles up here. The end of a stream, a reset and a close frame arrive as such.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from urllib.parse import SplitResult

from conformance.driver.raw_socket import reset
from conformance.proxy import http_head
from conformance.proxy.http_head import BadHead, Request
from conformance.proxy.watcher import Watched, Watcher

CONNECT = 10.0
"""Seconds in which the target has to take a connection."""
LINGER = 2.0
"""Seconds that a client has for its answer to the close frame when there is no target."""
BUFFERED = 1 << 16
"""Bytes that wait for a side before the other one is not read any more."""
BAD_GATEWAY = 1014
CONTINUE, SWITCHING = 100, 101


class Proxy:
    """Where connections come from and go to.

    Attributes:
        watcher: What looks on.
        target: Where they go.
        down: Why the target could not be reached the last time, or an empty text.
        tunnels: All that are open.
    """

    def __init__(self, watcher: Watcher, target: SplitResult) -> None:
        self.watcher = watcher
        self.target = target
        self.down = ""
        self.tunnels: set[ClientSide] = set()
        self._tls = ssl.create_default_context() if target.scheme == "wss" else None

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Begin to take connections.

        Raises:
            OSError: The address can't be listened on.
        """
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: ClientSide(self), host, port, backlog=1024)

    async def reach(self, near: ClientSide) -> ServerSide:
        """A connection to the target.

        Raises:
            OSError: There is none.
            TimeoutError: The target does not take it.
        """
        loop = asyncio.get_running_loop()
        port = self.target.port or (443 if self._tls else 80)
        async with asyncio.timeout(CONNECT):
            _, far = await loop.create_connection(
                lambda: ServerSide(near), self.target.hostname or "", port, ssl=self._tls
            )
        if self.down:
            self.down = ""
            self.watcher.note(f"{self.target.geturl()} is there again")
        return far

    def missed(self, error: OSError) -> str:
        """Say that the target is not there, once; the reason for the client."""
        reason = error.strerror or str(error) or "it does not answer"
        if not self.down:
            self.watcher.note(f"{self.target.geturl()} is not there: {reason}")
        self.down = reason
        return f"ws-sync proxy: the target is not there: {reason}"

    def close(self) -> None:
        """End all connections."""
        for near in [*self.tunnels]:
            if near.watched is not None:
                near.watched.half_ended("proxy")
            near.transport.abort()


class _End(asyncio.Protocol):
    """One end of a tunnel.

    Attributes:
        transport: Its socket.
        other: The end that bytes go to, or None while there is none.
        finished: Whether nothing more comes from it.
    """

    name = ""
    transport: asyncio.Transport

    def __init__(self) -> None:
        self.other: _End | None = None
        self.finished = False
        self.stalled = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """There is a socket."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(high=BUFFERED)

    def pause_writing(self) -> None:
        """This side does not read: do not read the other one either."""
        self.stalled = True
        if self.other is not None and not self.other.transport.is_closing():
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """It has read enough: go on."""
        self.stalled = False
        if self.other is not None:
            self.other.read_on()

    def read_on(self) -> None:
        """Read this side again, unless what it has sent still waits."""
        full = self.other is not None and self.other.stalled
        if not full and not self.transport.is_closing():
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        """Nothing more comes from this side: the other one gets the end of the stream."""
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
        """This side has no socket any more: the other one ends in the same way."""
        other, self.other = self.other, None
        self.lost()
        if other is None or other.transport.is_closing():
            return
        if error is not None or not self.finished:
            reset(other.transport)
        else:
            other.transport.close()

    def ends(self) -> None:
        """This side has ended its stream."""

    def lost(self) -> None:
        """This side is gone."""


class ClientSide(_End):
    """The end at the client."""

    name = "client"

    def __init__(self, proxy: Proxy) -> None:
        super().__init__()
        self._proxy = proxy
        self._head = bytearray()
        self._early = b""
        self._waits = False  # for the answer to a request for a WebSocket
        self._task: asyncio.Task[None] | None = None
        self.request: Request | None = None
        self.watch: Callable[[bytes], None] | None = None
        self.watched: Watched | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        super().connection_made(transport)
        self._proxy.tunnels.add(self)

    def data_received(self, data: bytes) -> None:
        """Pass on what the client sends; its request first goes through `head`."""
        if self.other is not None:
            self.other.transport.write(data)
            if self.watch is not None:
                self.watch(data)
            elif self._waits:
                self._early += data
                if len(self._early) > BUFFERED:  # what comes before the answer has to wait for it
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
        del self._head[: end + len(http_head.END)]
        self.transport.pause_reading()
        self._task = asyncio.get_running_loop().create_task(self._connect(self.request))

    def _refuse(self, status: bytes) -> None:
        self.transport.write(b"HTTP/1.1 %s\r\nConnection: close\r\n\r\n" % status)
        self.transport.close()

    async def _connect(self, request: Request) -> None:
        try:
            far = await self._proxy.reach(self)
        except OSError as error:  # a TimeoutError as well
            reason = self._proxy.missed(error)
            if self.transport.is_closing():
                return
            self.transport.write(request.refusal(BAD_GATEWAY, reason))
            self.transport.resume_reading()
            await asyncio.sleep(LINGER if request.upgrades else 0)
            self.transport.close()
            return
        if self.transport.is_closing():
            far.transport.abort()
            return
        self.other, far.other = far, self
        self._waits = request.upgrades
        early = bytes(self._head)
        self._early = early if self._waits else b""
        far.transport.write(request.for_target(self._proxy.target) + early)
        self._head.clear()
        self.read_on()

    def read_on(self) -> None:
        """Read on, unless much has come already before the answer."""
        if len(self._early) <= BUFFERED:
            super().read_on()

    def upgraded(self) -> None:
        """The target has accepted the WebSocket."""
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
        """The target has answered a request for a WebSocket with something else."""
        if self.request is not None and self.request.upgrades:
            path = self.request.path
            self._proxy.watcher.note(f"the server answers {status} to a WebSocket at {path}")
        self._answered()

    def ends(self) -> None:
        """Tell the watcher."""
        if self.watched is not None:
            self.watched.half_ended(self.name)

    def lost(self) -> None:
        """Tell the watcher."""
        self._proxy.tunnels.discard(self)
        if self.watched is not None:
            self.watched.end(self.name)


class ServerSide(_End):
    """The end at the target."""

    name = "server"

    def __init__(self, near: ClientSide) -> None:
        super().__init__()
        self._near = near
        self._head: bytearray | None = bytearray()
        self._watch: Callable[[bytes], None] | None = None

    def data_received(self, data: bytes) -> None:
        """Pass on what the server sends."""
        if self.other is not None:
            self.other.transport.write(data)
        if self._watch is not None:
            self._watch(data)
        elif self._head is not None:
            self._head += data
            self._read_head(self._head)

    def _read_head(self, buffer: bytearray) -> None:
        status = CONTINUE
        while 100 <= status < 200 and status != SWITCHING:  # what comes before the answer
            end = buffer.find(http_head.END)
            if end < 0 and len(buffer) <= http_head.LONGEST:
                return
            status = http_head.status(bytes(buffer[: max(end, 0)]))
            del buffer[: end + len(http_head.END)]
        self._head = None
        if status != SWITCHING:
            self._near.refused(status)
            return
        self._near.upgraded()
        assert self._near.watched is not None
        self._watch = self._near.watched.server
        if buffer:
            self._watch(bytes(buffer))

    def ends(self) -> None:
        """Tell the watcher."""
        if self._near.watched is not None:
            self._near.watched.half_ended(self.name)

    def lost(self) -> None:
        """Tell the watcher."""
        if self._near.watched is not None:
            self._near.watched.end(self.name)
