"""Sessions whose `send` is the application's: subclasses that override it, mocks and fakes.

A `Sync` hands its frames to the connection of its session. Where the application has its own
`send`, every event must go through that function instead, as data and in order. So the `Sync`
talks to a `StandIn` for the session, and to a `Relay` for the connection.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from ws_sync._core.json.codec import decode
from ws_sync._core.protocol.dialects import STRICT
from ws_sync._core.protocol.round_trip import RoundTrip
from ws_sync._log import Log, LogContext
from ws_sync._server.connection import Connection
from ws_sync._server.counters import Counters
from ws_sync._server.inbound_limits import Intake
from ws_sync.limits import LIMITS


class Relay:
    """Stands in for a connection: passes events to the `send` of a session.

    Attributes:
        is_congested: never; `send` is awaited.
        ws: the WebSocket of the connection; None if there is no connection.
        counters: of no effect; `Session.send` counts what the application passes on to it.
        round_trip: nothing is known of it.
        announced: the keys of the documents that were sent on it.
    """

    is_congested = False

    def __init__(self, session: Any, ws: Any = None) -> None:
        self.ws = ws
        self.counters = Counters()
        self.round_trip = RoundTrip(float("inf"))
        self.announced: set[str] = set()
        self._session = session
        self._waiting: deque[tuple[str, Any]] = deque()
        self._turn = asyncio.Lock()
        self._flushing: asyncio.Task[None] | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running event loop; mocks are often made outside of any."""
        return asyncio.get_running_loop()

    @property
    def has_initial_states(self) -> bool:
        """Whether all documents that are announced were sent on the connection of the session."""
        connection = getattr(self._session, "connection", None)
        return isinstance(connection, Connection) and connection.has_initial_states

    @property
    def is_open(self) -> bool:
        """Whether the session is connected."""
        return bool(self._session.is_connected)

    def send(self, text: str) -> None:
        """Queue an event; it is sent by `flush`, or else soon."""
        event = decode(text)
        self._waiting.append((event.type, event.data))
        self.loop.call_soon(self._flush_soon)

    def send_initial(self, make: Callable[[], str], _: int) -> None:
        """Queue the event of a frame that the connection begins with."""
        self.send(make())

    async def flush(self) -> None:
        """Send what is queued.

        Raises:
            Exception: as the application's `send` does.
        """
        async with self._turn:
            while self._waiting:
                await self._session.send(*self._waiting.popleft())

    def _flush_soon(self) -> None:
        if self._waiting:
            self._flushing = self.loop.create_task(self.flush())


class StandIn:
    """Stands in for a session whose `send` is the application's.

    Attributes:
        is_fake: whether the session has only the methods of PyPI's `ws-sync`.
        counters: those of the session, or new ones for a mock or a fake.
        intake: its limits.
        log_context: its log context.
        logger: its logger.
        event_handlers: its handlers.
        init_handlers: its functions for new connections.
    """

    def __init__(self, session: Any, is_fake: bool) -> None:
        self._session = session
        self.is_fake = is_fake
        self._relay = Relay(session)
        self._relayed: Any = None  # the connection that the relay stands in for
        self.counters = Counters() if is_fake else session.counters
        self.log_context = LogContext() if is_fake else session.log_context
        self.logger = None if is_fake else session.logger
        self.intake = Intake(LIMITS, STRICT, Log()) if is_fake else session.intake
        self.event_handlers: dict[str, Callable[..., Any]]
        self.event_handlers = {} if is_fake else session.event_handlers
        self.init_handlers: list[Callable[[], Any]] = [] if is_fake else session.init_handlers

    @property
    def connection(self) -> Any:
        """The relay; None while the session is not connected."""
        if not self._session.is_connected:
            return None
        connection: Any = None if self.is_fake else self._session.connection
        if connection is not self._relayed:
            ws = connection.ws if connection is not None else None
            self._relay, self._relayed = Relay(self._session, ws), connection
        return self._relay

    def register_event(self, event: str, callback: Callable[..., Any]) -> None:
        """Register the handler of an event."""
        if self.is_fake:
            self.event_handlers[event] = callback
        self._session.register_event(event, callback)

    def register_init(self, callback: Callable[..., Any]) -> None:
        """Register a function for new connections."""
        if self.is_fake:
            self.init_handlers.append(callback)
        self._session.register_init(callback)

    def should_yield(self) -> bool:
        """Return True: what was queued must be sent by `flush`."""
        return True

    async def flush(self) -> None:
        """Send what is queued; see `Relay.flush`."""
        await self._relay.flush()
