"""The connections of a client, one after another.

The connector reconnects after each lost connection (session-reconnect) until the server sends
`_DISCONNECT` (session-disconnect-final) or the user ends the client. It answers the identification
itself and passes every other event to its listener.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from ws_sync._core.json.codec import Event
from ws_sync._core.protocol.events import DISCONNECT, REQUEST_USER_SESSION, USER_SESSION
from ws_sync._log import log_fields
from ws_sync.client.backoff import Backoff
from ws_sync.client.connection import Connection
from ws_sync.exceptions import NoConnection, Stopped, WouldWait, shorten

Status = Literal["disconnected", "connected", "stopped"]

MAX_FRAME = 1 << 26
"""Bytes of the largest frame that is accepted; a larger one closes the connection with 1009."""

GREETING = 1.0
"""Seconds of silence after which the client assumes that the server will not ask who it is.

The client sends nothing before: the answer to that question must be the first event
(session-identify-answer).
"""


class Listener(Protocol):
    """What is notified of the connections and their events."""

    @property
    def received_states(self) -> int:
        """The number of states received so far."""

    async def connected(self) -> None:
        """Handle a new connection, on which events may be sent."""

    async def receive(self, event: Event | None) -> None:
        """Handle an event; None for a frame that could not be decoded."""

    def disconnected(self) -> None:
        """Handle the end of a connection."""


class Connector:
    """Keeps a client connected.

    Attributes:
        url: the URL of the server; a change applies to the next connection.
        connection: the connection on which events may be sent, if there is one.
        failure: why there is no connection.
        news: notified after each change that a waiting call may be interested in.
        is_stopped: whether the server has sent `_DISCONNECT`.
        farewell: the text of the `_DISCONNECT`.
    """

    def __init__(
        self,
        url: str,
        identity: Mapping[str, str],
        backoff: Backoff,
        logger: logging.Logger,
        options: Mapping[str, Any],
    ) -> None:
        self.url = url
        self.connection: Connection | None = None
        self.failure = f"{url} was not tried yet"
        self.news = asyncio.Condition()
        self.is_stopped = False
        self.farewell = ""
        self._identity = dict(identity)
        self._backoff = backoff
        self._logger = logger
        defaults = {"open_timeout": 15.0, "close_timeout": 5.0, "max_size": MAX_FRAME}
        self._options: dict[str, Any] = {**defaults, **options}
        self._open: Connection | None = None  # `connection`, from its handshake on
        self._background: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None

    @property
    def status(self) -> Status:
        """Whether there is a connection, or whether there will be no other one."""
        if self.is_stopped:
            return "stopped"
        return "disconnected" if self.connection is None else "connected"

    def start(self, listener: Listener) -> None:
        """Start to connect; `close` ends it."""
        self._listener = listener
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Close the connection with a closing handshake, or at once when this is cancelled."""
        connection = self._open
        try:
            if connection is not None:
                await connection.close()
        except asyncio.CancelledError:
            if connection is not None:
                connection.abort()
            raise
        finally:
            tasks = [task for task in (*self._background, self._running) if task is not None]
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            await self._disconnected()
        for result in results:
            if isinstance(result, Exception):
                raise result

    def require(self, event: str) -> Connection:
        """Return the connection to send an event on, or raise NoConnection or Stopped."""
        if self.is_stopped:
            raise Stopped(self.farewell)
        if self.connection is None:
            raise NoConnection(event)
        return self.connection

    async def wait_until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until a condition is true; it is checked again after each of the `news`."""
        if asyncio.current_task() is self._running:
            raise WouldWait
        async with asyncio.timeout(seconds), self.news:
            await self.news.wait_for(lambda: self.is_stopped or condition())
        if self.is_stopped:
            raise Stopped(self.farewell)

    async def notify(self) -> None:
        """Wake up the calls that wait for `news`."""
        async with self.news:
            self.news.notify_all()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something in the background; it ends with the connection or the client."""
        task = asyncio.create_task(_until_disconnected(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def warn(self, problem: object) -> None:
        """Log a mistake of the server."""
        reason = shorten(problem)
        self._logger.warning(
            "%s: %s",
            self.url,
            reason,
            extra=log_fields("client-notice", error=reason, peer=self.url),
        )

    async def _run(self) -> None:
        while not self.is_stopped:
            try:
                direct = {"proxy": None} if is_loopback(self.url) else {}
                socket = await connect(self.url, **{**direct, **self._options})
            except (OSError, WebSocketException, ValueError) as error:
                # TimeoutError is an OSError; a redirect may have an invalid URL (ValueError).
                self.failure = f"can't connect to {self.url}: {shorten(error)}"
                await self.notify()
            else:
                began, states = time.monotonic(), self._listener.received_states
                await self._follow(Connection(socket, self.warn))
                if self._listener.received_states > states:
                    self._backoff.lasted(time.monotonic() - began)
                self.failure = "the connection was lost"
            if not self.is_stopped:
                await asyncio.sleep(self._backoff.failed())

    async def _follow(self, connection: Connection) -> None:
        self._open = connection
        loop = asyncio.get_running_loop()
        greeting = loop.call_later(GREETING, lambda: self.spawn(self._use(connection)))
        try:
            async for event in connection.events():
                await self._receive(connection, event)
                if self.is_stopped:
                    break
        except NoConnection:
            pass  # it ended while something was sent
        finally:
            greeting.cancel()
            await self._disconnected()
            await connection.close()

    async def _receive(self, connection: Connection, event: Event | None) -> None:
        if event is not None and event.type == REQUEST_USER_SESSION:
            await connection.send(USER_SESSION, self._identity)
            return
        if event is not None:
            await self._use(connection)
        if event is None or event.type != DISCONNECT:
            await self._listener.receive(event)
            return
        data = event.data
        self.farewell = data if isinstance(data, str) else "the server gave no reason"
        self.is_stopped = True  # session-disconnect-final
        await self.notify()

    async def _use(self, connection: Connection) -> None:
        """Allow sending on a connection: the identification is over, or not wanted."""
        if self.connection is None and self._open is connection:
            self.connection = connection
            await self.notify()
            await self._listener.connected()

    async def _disconnected(self) -> None:
        self._open = self.connection = None
        self._listener.disconnected()
        await self.notify()


def is_loopback(url: str) -> bool:
    """Return whether a URL has a loopback address, which no proxy of the environment can reach."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def _until_disconnected(work: Coroutine[Any, Any, None]) -> None:
    with suppress(NoConnection):
        await work
