"""Sessions: what survives connections.

Each WebSocket is a `Connection` of its own, and a session has at most one at a time. A newer one
replaces it in a single step: the newer gets the states, the older gets `_DISCONNECT` and ends in
the background, and its clean-up touches nothing but itself. Events are handled one after the
other in order of arrival, also across that step: an action that the older connection began is
finished before the first event of the newer one is handled; but when it does not end within the
grace period of `Limits`, it is cancelled.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterable
from types import TracebackType
from typing import Any, Self
from weakref import ref

from starlette.websockets import WebSocketState

from ws_sync._binding.attributes import to_json
from ws_sync._core.json.codec import Event, decode, encode, frame
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.dialects import parse_dialects
from ws_sync._core.protocol.events import BIN_META, split_event
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server import context
from ws_sync._server.admission import Admission
from ws_sync._server.connection import Connection
from ws_sync._server.context import get_global_session, session_context
from ws_sync._server.handover import let_go, let_go_here
from ws_sync._server.inbound_limits import Intake
from ws_sync._server.invoke import call
from ws_sync._server.origin import Origins
from ws_sync._server.transport import Transport
from ws_sync.exceptions import MalformedFrame, NotConnected, Refused, RefusedOrigin, shorten
from ws_sync.limits import LIMITS, Limits
from ws_sync.metrics import begin, size

__all__ = ["Session", "SessionState", "get_global_session", "session_context"]

_BURST = 64
"""So many sends and syncs may follow one another before everything else has a turn."""

TAKEN_OVER = (
    "Seems like you're logged in somewhere else. If this is a mistake, please refresh the page."
)


class SessionState:
    """Base for what an application keeps with a session; override what you need."""

    async def on_connect(self) -> None:
        """Called when a connection has its initial state, before its first event."""

    async def on_disconnect(self) -> None:
        """Called when a connection has ended; a newer one may be open by then."""

    async def on_terminate(self) -> None:
        """Called by `Session.terminate`."""


class Session:
    """One user's session, kept across connections.

    A context manager: objects made inside `with session:` belong to it.

    Attributes:
        event_handlers: for each event its callback. `register_event` adds one.
        init_handlers: callbacks for each new connection. `register_init` adds one.
        logger: where problems go; the logger "ws_sync" when None was given.
        state: whatever the application keeps with the session.
        intake: what its clients may cost and have cost, and how they are read.
        identity: whose it is, for the log; None where nobody has said it.
        counters: count what happens in it; `metrics` gives them names.
    """

    def __init__(
        self,
        logger: logging.Logger | None = None,
        *,
        limits: Limits = LIMITS,
        origins: str | Iterable[str] | Origins = (),
        dialects: str | Iterable[str] = (),
    ) -> None:
        """Begin a session that nobody is connected to.

        Args:
            logger: see above.
            limits: what its clients may cost.
            origins: web pages of these may connect, besides those that always may (see `origin`);
                "*" for all pages of the world.
            dialects: of clients whose patches break the rules in known ways (see `dialects`).

        Raises:
            ValueError: one of the origins is none, or one of the dialects.
        """
        self.event_handlers: dict[str, Callable[..., Any]] = {}
        self.init_handlers: list[Callable[[], Any]] = []
        self.logger = logger or logging.getLogger("ws_sync")
        self.state: SessionState | None = None
        self.identity: Hashable | None = None
        self.connection: Connection | None = None
        self.intake = Intake(limits, parse_dialects(dialects), self.logger)
        self._admission = Admission(Origins.of(origins), limits.connections, self.logger)
        self.counters = begin(self)
        self._turn = asyncio.Lock()
        self._calls = 0  # sends and syncs since others had a turn

    @property
    def is_connected(self) -> bool:
        """Whether a client is connected."""
        return self.connection is not None and self.connection.is_open

    @property
    def ws(self) -> Transport | None:
        """The WebSocket of the connection.

        Assigning None detaches it; a task that has made a connection which was replaced since
        detaches nothing. Assigning a WebSocket, already accepted, attaches it without sending
        the initial state.

        Raises:
            RefusedOrigin: a page of a foreign origin is at its other end.
        """
        return self.connection.ws if self.connection is not None else None

    @ws.setter
    def ws(self, ws: Transport | None) -> None:
        if ws is not None:
            if self._admission.is_foreign(ws):
                raise RefusedOrigin(ws.headers.get("origin", ""))
            self._attach(ws)
        elif let_go_here(self) is None:
            self._release()

    def register_event(self, event: str, callback: Callable[..., Any]) -> None:
        """Call `callback` with the data of each `event`; it replaces an older one."""
        if event in self.event_handlers:
            self._log.warning(
                "a newer handler of %r replaces an older one", event,
                extra=log_fields("handler-replaced", event=event),
            )  # fmt: skip
        self.event_handlers[event] = callback

    def deregister_event(self, event: str) -> None:
        """Forget the callback of `event`.

        Raises:
            KeyError: it has none.
        """
        del self.event_handlers[event]

    def register_init(self, callback: Callable[[], Any]) -> None:
        """Call `callback` for each new connection, behind those registered before."""
        self.init_handlers.append(callback)

    async def new_connection(self, ws: Transport) -> None:
        """Make `ws` the connection of this session, and send the initial state on it.

        It is accepted when it was not yet. An older connection gets `_DISCONNECT` and is closed in
        the background. The caller goes on with `handle_connection`, in the same task.

        A page of a foreign origin is turned away: the handshake is answered with 403, or a
        WebSocket that was accepted is closed with 1008. Connections that come too fast wait, or
        are turned away with 403 or 1013. `handle_connection` then returns at once.
        """
        if not await self._admission.admit(ws):
            if (task := asyncio.current_task()) is not None:
                let_go(self, task, lambda: None)
            return
        if ws.application_state is WebSocketState.CONNECTING:
            await ws.accept()
        # From here to the last state nothing is awaited, so the new connection gets the states
        # before any patch (connection-state-before-patch).
        connection = self._attach(ws)
        for initialise in list(self.init_handlers):
            if self.connection is not connection:
                return  # session-simultaneous
            try:
                await call(initialise)
            except Exception:  # noqa: BLE001  # the application's; the others shall still run
                self.counters.failed_initials += 1
                self._log.exception(
                    "initial callback %r failed", initialise,
                    extra=log_fields("initial-failed", name=repr(initialise)),
                )  # fmt: skip

    async def handle_connection(self, ws: Transport | None = None) -> None:
        """Serve a connection until it ends.

        Args:
            ws: the WebSocket to begin with (see `new_connection`). None: serve the connection
                that this task has made, or else the one that the session has.

        Raises:
            NotConnected: there is none.
        """
        if ws is not None:
            await self.new_connection(ws)
        if (gone := let_go_here(self)) is not None:  # replaced already
            if (connection := gone()) is not None:
                connection.close()
                await connection.closed()
            return
        connection = self.connection
        if connection is None:
            raise NotConnected
        if connection.is_served:  # by another task, and by that alone
            return
        with self:
            code = CloseCode.INTERNAL_ERROR  # connection-close-code
            try:
                await self._tell("on_connect")
                await self._serve(connection)
                code = CloseCode.NORMAL_CLOSURE
            finally:
                if self.connection is connection:
                    self._release()
                connection.close(code)
                await self._tell("on_disconnect")
                await connection.closed()

    async def disconnect(self, message: str = TAKEN_OVER, ws: Transport | None = None) -> None:
        """Tell the client to go and not to come back by itself, and close its connection.

        Args:
            message: what the person at the client is told.
            ws: attach this WebSocket first, in order to turn it away.
        """
        connection = self._attach(ws) if ws is not None else self.connection
        if connection is not None:
            connection.disconnect(message)
        self._release()
        if connection is not None:
            await connection.closed()

    async def terminate(self, message: str = TAKEN_OVER) -> None:
        """End the session for good: disconnect the client and call the state's `on_terminate`."""
        await self.disconnect(message)
        await self._tell("on_terminate")

    async def send(self, event: str, data: Any = None) -> None:
        """Send an event; it is lost when nobody is connected.

        Raises:
            NotJSON: `data` has no JSON form.
        """
        if self.connection is not None and self.is_connected:
            self.connection.send(frame(event, encode(data, to_json)))
            self.counters.sent(event)
        if self.should_yield():
            await asyncio.sleep(0)

    async def send_binary(self, event: str, metadata: dict[str, Any], data: bytes) -> None:
        """Send bytes with metadata, as one event; it is lost when nobody is connected.

        Raises:
            NotJSON: `metadata` has no JSON form.
        """
        if self.connection is not None and self.is_connected:
            meta = encode({"type": event, "metadata": metadata}, to_json)
            self.connection.send(frame(BIN_META, meta), data)
            self.counters.sent_bytes += len(data)
            self.counters.sent(event)
        if self.should_yield():
            await asyncio.sleep(0)

    def should_yield(self) -> bool:
        """Count a send or a sync, and tell whether it has to let others have a turn.

        It has while frames wait to be sent, and every `_BURST` calls anyway: so a loop of them
        starves nobody, whether or not there is anything to send, and a single one does not wait.
        """
        self._calls += 1
        if self._calls < _BURST and (self.connection is None or not self.connection.has_unsent):
            return False
        self._calls = 0
        return True

    def __enter__(self) -> Self:
        context.enter(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        context.leave()

    @property
    def _log(self) -> Log:
        return Log(self.logger, self)

    def _attach(self, ws: Transport) -> Connection:
        older = self.connection
        if older is not None and older.ws is ws and older.is_open:
            older.made_here()
            return older
        self._release()
        self.connection = connection = Connection(ws, self.logger, self.intake.limits, self)
        if older is not None:
            self.counters.taken_over += 1
            self._log.warning(
                "a newer connection replaces number %d", older.number,
                extra=log_fields("taken-over", "session-takeover", older=older.number,
                            older_peer=peer_of(older.ws)),
            )  # fmt: skip
            older.disconnect(TAKEN_OVER)  # session-takeover-prompt: nothing waits for it
        return connection

    def _release(self) -> None:
        """Have no connection any more; the task that has made it can still ask for it."""
        connection, self.connection = self.connection, None
        maker = connection.maker() if connection is not None else None
        if connection is not None and maker is not None:
            let_go(self, maker, ref(connection))

    async def _serve(self, connection: Connection) -> None:
        try:
            async with connection.serving():
                while connection is self.connection:
                    received = await connection.receive()
                    if received is None:
                        return
                    if self.intake.spend(len(received)):
                        await self.intake.throttle(connection, len(received))
                        if not connection.is_open:
                            return
                    await self._turn.acquire()  # `async with` takes twice the time
                    try:
                        if connection is self.connection:  # session-takeover-deaf
                            await self._receive(connection, received)
                    finally:
                        self._turn.release()
        except TimeoutError:
            if connection.cuts_handler:
                Log(self.logger, self, connection).warning(
                    "a handler outlived its connection, and was cancelled",
                    extra=log_fields("handler-cancelled"),
                )

    async def _receive(self, connection: Connection, received: str | bytes) -> None:
        counters = self.counters
        try:
            if isinstance(received, bytes):
                counters.received_bytes += len(received)
                event = connection.pairing.complete(received)
            else:
                counters.received_bytes += len(received) if received.isascii() else size(received)
                event = decode(received)
                connection.malformed = 0  # only those in a row count
            counters.received_events += 1
            if event.type == BIN_META:
                counters.received_metas += 1
                connection.pairing.announce(event.data)
            else:
                await self._handle(event)
        except MalformedFrame as error:  # connection-malformed-survives
            connection.malformed += 1
            counters.malformed += 1
            self.intake.count_refusal()
            self._log.warning(
                "%s; ignored", shorten(error),
                extra=log_fields("malformed-frame", "connection-malformed-survives",
                            error=error.reason, in_a_row=connection.malformed),
            )  # fmt: skip
            if connection.malformed >= self.intake.limits.malformed:
                connection.close(CloseCode.POLICY_VIOLATION, "too many malformed frames")
        except Refused as error:
            counters.refused_others += 1
            self.intake.count_refusal()
            self._log.warning(
                "refused: %s", shorten(error), extra=log_fields("event-refused", error=error)
            )

    async def _handle(self, event: Event) -> None:
        handler = self.event_handlers.get(event.type)
        if handler is None:  # events-unknown-type, events-unknown-key, events-direction
            self.intake.count_refusal()
            self.counters.received_unknown += 1
            self._log.warning(
                "nobody listens to %s; ignored", shorten(repr(event.type)),
                extra=log_fields("event-unknown", "events-unknown-type", event=event.type),
            )  # fmt: skip
            return
        try:
            await call(handler, event.data)
        except Refused:
            raise
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._log_failure(event, logging.WARNING, "awaited what was cancelled")
        except Exception:  # noqa: BLE001  # the application's; actions-error, actions-error-private
            self._log_failure(event, logging.ERROR, "failed", exc_info=True)

    def _log_failure(self, event: Event, level: int, what: str, exc_info: bool = False) -> None:
        self.counters.failed_handlers += 1
        name, key = split_event(event.type)
        action = event.data.get("type") if name == "_ACTION" and type(event.data) is dict else None
        self._log.log(
            level, "the handler of %s %s", shorten(repr(event.type)), what, exc_info=exc_info,
            extra=log_fields("handler-failed", "actions-error" if name == "_ACTION" else None,
                        event=event.type, key=key, name=action),
        )  # fmt: skip

    async def _tell(self, hook: str) -> None:
        function = getattr(self.state, hook, None)
        if function is None:  # no state, or one of another type
            return
        try:
            await function()
        except Exception:  # noqa: BLE001  # the application's
            self.counters.failed_hooks += 1
            self._log.exception(
                "%s of the session's state failed", hook, extra=log_fields("hook-failed", name=hook)
            )
