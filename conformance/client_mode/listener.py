"""The server that clients under test connect to: it accepts, refuses or drops handshakes.

It lives as long as the run, on one address, because a client knows one URL. A case sets what the
server does with the next handshakes. The times of the handshakes are kept.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from conformance.client_mode.connection import ClientConnection
from conformance.driver.connection import READ_AHEAD
from conformance.driver.trace import Trace
from conformance.protocol.wire import LARGEST

Welcome = Literal["accept", "refuse", "drop"]
HANDSHAKE = 30.0
ACCEPTING = 5
"""Rounds of the event loop until it has made connections of what it has accepted."""
SILENT = logging.getLogger("conformance.host")
SILENT.disabled = True  # the cases report what a client does wrong


@dataclass(frozen=True, slots=True)
class Arrival:
    """A handshake: its monotonic time, and the answer to it."""

    at: float
    welcome: Welcome


class Host:
    """The kit's server.

    Attributes:
        arrivals: The handshakes of the case.
        welcome: The answer to the next ones.
        trace: The dialogue of the case.
        deaths: How the client's process has ended between two cases, a phrase each.
    """

    def __init__(self, address: str, port: int, deadline: float) -> None:
        self.address = address
        self.port = port
        self.arrivals: list[Arrival] = []
        self.welcome: Welcome = "accept"
        self.trace = Trace()
        self.deaths: list[str] = []
        self._deadline = deadline
        self._links: asyncio.Queue[ClientConnection] = asyncio.Queue()
        self._open: set[ClientConnection] = set()
        self._sockets: set[ServerConnection] = set()
        self._news = asyncio.Event()
        self._server: Server | None = None
        self._labels = 0

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: The address can't be listened on.
        """
        self._server = await serve(
            self._serve,
            self.address,
            self.port,
            process_request=self._greet,
            open_timeout=HANDSHAKE,
            close_timeout=self._deadline,
            ping_interval=None,
            compression=None,
            max_size=LARGEST,
            max_queue=READ_AHEAD,
            logger=SILENT,
            create_connection=self._tracked(),
        )

    async def stop(self) -> None:
        """Stop listening, and abort all connections, even in their handshakes.

        A client that lost its connection may connect again at any moment.
        """
        for link in [*self._open]:
            await link.release()
        if self._server is None:
            return
        for listening in self._server.sockets:  # asyncio leaks what it accepts while it closes
            asyncio.get_running_loop().remove_reader(listening)
        for _ in range(ACCEPTING):
            await asyncio.sleep(0)
        self._server.close(close_connections=False)
        while handlers := self._server.handler_tasks:
            for socket in self._sockets:
                socket.transport.abort()
            await asyncio.wait(handlers)
        await self._server.wait_closed()

    def begin(self, trace: Trace) -> None:
        """Continue in another case."""
        self.trace, self.welcome, self._labels = trace, "accept", 0
        self.arrivals.clear()

    def label(self) -> str:
        """Return a label for the next connection of the case, from A on."""
        self._labels += 1
        return self.last_label

    @property
    def last_label(self) -> str:
        """The label of the last connection, or that of the first one before there is any."""
        number = max(self._labels, 1)
        return chr(64 + number) if number <= 26 else f"C{number}"

    async def next_link(self, seconds: float) -> ClientConnection | None:
        """Return the newest open connection, or None if none opens in time."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    link = await self._links.get()
                    if link.is_open:
                        return link
        except TimeoutError:
            return None

    async def arrived(self, number: int, seconds: float) -> bool:
        """Wait for a number of handshakes in this case; return whether they arrived."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self.arrivals) < number:
                    self._news.clear()
                    await self._news.wait()
        return len(self.arrivals) >= number

    def _tracked(self) -> type[ServerConnection]:
        """A class of connections that are known before their handshake has ended."""
        sockets = self._sockets

        class Tracked(ServerConnection):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                sockets.add(self)

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                sockets.discard(self)

        return Tracked

    def _greet(self, connection: ServerConnection, _request: Request) -> Response | None:
        self.arrivals.append(Arrival(time.monotonic(), self.welcome))
        self._news.set()
        if self.welcome == "accept":
            return None
        self.trace.add(
            self.last_label, "noted", f"a handshake arrives; the kit will {self.welcome} it"
        )
        if self.welcome == "drop":
            connection.transport.abort()
        return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "not now\n")

    async def _serve(self, socket: ServerConnection) -> None:
        label = self.label()
        self.trace.add(label, "noted", "the client connects")
        link = ClientConnection(socket, label, self.trace, self._deadline)
        self._links.put_nowait(link)
        self._open.add(link)
        await link.until_ended()
        self._open.discard(link)
