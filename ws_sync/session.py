"""Sessions, which survive connections.

Each WebSocket is a `Connection` of its own, and a session has at most one. A newer connection
replaces it in one step: the newer one gets the states; the older one gets `_DISCONNECT`, is closed
in the background, and has no effect on the session any more.

Events are handled one at a time, in order of arrival, across that step too: an action that came on
the older connection ends before the first event of the newer one is handled. If it does not end
within the grace period of `Limits`, it is cancelled.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Self

from starlette.websockets import WebSocketState

from ws_sync._binding.attributes import to_json
from ws_sync._core.json.codec import encode, frame
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.dialects import parse_dialects
from ws_sync._core.protocol.events import BIN_META, DISCONNECT
from ws_sync._log import Log, LogContext, log_fields, peer_of
from ws_sync._server.admission import Admission
from ws_sync._server.attachments import Attachment, attach, attached
from ws_sync._server.connection import Connection, connection_class
from ws_sync._server.dispatcher import Dispatcher
from ws_sync._server.handler_registry import call_handler, cancel_tasks
from ws_sync._server.inbound_limits import Intake
from ws_sync._server.invoke import FAILURES
from ws_sync._server.json_socket import is_fake, original, transport_of
from ws_sync._server.origin import Origins
from ws_sync._server.overriding import is_replaced
from ws_sync._server.session_state import SessionState, call_hook
from ws_sync._server.transport import Transport
from ws_sync._server.turns import TURN
from ws_sync._server.undelivered import Undelivered
from ws_sync.exceptions import NoSession, NotConnected, NotJSON, RefusedOrigin
from ws_sync.limits import LIMITS, Limits
from ws_sync.metrics import begin

__all__ = ["Session", "SessionState", "get_global_session", "session_context"]

_BURST = 64
"""Yield to the event loop after this many sends and syncs."""

TAKEN_OVER = (
    "Seems like you're logged in somewhere else. If this is a mistake, please refresh the page."
)

session_context: ContextVar[Session] = ContextVar("session_context")
"""The session that objects made in this context belong to."""

_tokens: ContextVar[tuple[Token[Session], ...]] = ContextVar("_tokens", default=())
"""The sessions entered in this context; they may overlap in different tasks."""


def get_global_session() -> Session:
    """Return the session of this context.

    Raises:
        NoSession: there is none.
    """
    try:
        return session_context.get()
    except LookupError:
        raise NoSession from None


class Session:
    """One user's session, kept across connections.

    A context manager: objects made inside `with session:` belong to it.

    Attributes:
        init_handlers: the functions to call for each new connection; `register_init` adds one.
        state: whatever the application keeps with the session.
        connection: the current connection; None if there is none.
        ws_lock: held while a connection becomes the current one.
        intake: the limits of its clients, and what they have used of them.
        counters: the counters; `metrics` gives them names.
        log_context: what records about this session have in common.
    """

    def __init__(
        self,
        logger: logging.Logger | None = None,
        *,
        limits: Limits = LIMITS,
        origins: str | Iterable[str] | Origins = (),
        dialects: str | Iterable[str] = (),
    ) -> None:
        """Create a session without a connection.

        Args:
            logger: where problems are logged; None for the logger "ws_sync".
            limits: bounds on what its clients may use.
            origins: origins of web pages that may connect, besides those that always may (see
                `origin`); "*" for all.
            dialects: known deviations from RFC 6902 to accept in patches (see `dialects`).

        Raises:
            ValueError: an origin is invalid, or a dialect is unknown.
        """
        self.init_handlers: list[Callable[[], Any]] = []
        self.state: SessionState | None = None
        self.connection: Connection | None = None
        self.log_context = LogContext()
        self._log = Log(logger, self.log_context)
        self.counters = begin(self)
        self.intake = Intake(limits, parse_dialects(dialects), self._log)
        self._admission = Admission(
            Origins.of(origins), limits.connections, self._log, Undelivered(limits.most_size)
        )
        self._dispatcher = Dispatcher(self.intake, self.counters, self._log)
        self.ws_lock = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._calls = 0  # sends and syncs since the last yield
        self._farewell: str | None = None  # the message of `terminate`

    @property
    def event_handlers(self) -> dict[str, Callable[..., Any]]:
        """The handler of each event; `register_event` adds one."""
        return self._dispatcher.handlers

    @property
    def logger(self) -> logging.Logger:
        """Where problems are logged."""
        return self._log.logger

    @logger.setter
    def logger(self, logger: logging.Logger) -> None:
        self._log.logger = logger

    @property
    def identity(self) -> Hashable | None:
        """Whose session it is, for the log; None if it is unknown."""
        return self.log_context.session

    @identity.setter
    def identity(self, identity: Hashable | None) -> None:
        self.log_context.session = identity

    @property
    def is_connected(self) -> bool:
        """Whether a client is connected."""
        return self.connection is not None and self.connection.is_open

    @property
    def ws(self) -> Transport | None:
        """The WebSocket of the connection; mocks and fakes need only the methods for JSON.

        Assigning None detaches it, unless the running task has attached another connection to the
        session that was replaced since. Assigning a WebSocket, already accepted, attaches it
        without sending the initial state.

        Raises:
            RefusedOrigin: the WebSocket belongs to a page of a foreign origin.
        """
        ws: Transport | None = original(self.connection.ws if self.connection is not None else None)
        return ws

    @ws.setter
    def ws(self, ws: Transport | None) -> None:
        if ws is not None:
            ws = transport_of(ws)
            if self._admission.is_foreign(ws):
                raise RefusedOrigin(ws.headers.get("origin", ""))
            connection = self._attach(ws)
            if self._farewell is not None:
                connection.disconnect(self._farewell, CloseCode.SESSION_TERMINATED)
                self._release()
        elif self._replaced_here() is None:
            self._release()

    def register_event(self, event: str, callback: Callable[..., Any]) -> None:
        """Call `callback` with the data of each `event`; it replaces an older callback."""
        if event in self.event_handlers:
            self._log.warning(
                "a newer handler of %r replaces an older one", event,
                extra=log_fields("handler-replaced", event=event),
            )  # fmt: skip
        self.event_handlers[event] = callback

    def deregister_event(self, event: str) -> None:
        """Remove the callback of `event`; logged if it has none."""
        if self.event_handlers.pop(event, None) is None:
            self._log.warning(
                "no handler of %r to remove",
                event,
                extra=log_fields("handler-missing", event=event),
            )

    def register_init(self, callback: Callable[[], Any]) -> None:
        """Call `callback` for each new connection, after those registered before."""
        self.init_handlers.append(callback)

    async def new_connection(self, ws: Transport) -> None:
        """Make `ws` the connection of this session, and send the initial state on it.

        Accepts it if it is not yet accepted. An older connection gets `_DISCONNECT` and is closed
        in the background. The caller then calls `handle_connection`, in the same task.

        A page of a foreign origin is rejected: the handshake is answered with 403, or a WebSocket
        that was accepted is closed with 1008. Connections that come too fast wait, or are rejected
        with 403 or 1013. After `terminate`, each connection is closed with 4410. After a rejection
        `handle_connection` returns at once.
        """
        ws = transport_of(ws)
        if not await self._admission.admit(ws):
            attach(self, None)
            return
        if ws.application_state is WebSocketState.CONNECTING:
            await ws.accept()
        if self.intake.work.used > TURN:
            await self.intake.work.give_turn()
        if self._farewell is not None:
            self._attach(ws).disconnect(self._farewell, CloseCode.SESSION_TERMINATED)
            self._release()
            return
        async with self.ws_lock:
            if self.connection is not None and self._ends_itself():
                await self.disconnect()
            if not await self._admission.find_room(ws):
                attach(self, None)
                return
            # From here to the last state nothing is awaited, so the new connection gets the states
            # before any patch (connection-state-before-patch).
            older = self.connection
            connection = self._attach(ws)
        await self.init()
        if is_fake(ws):  # a unit test looks at once at what was sent
            await asyncio.sleep(0)
            if older is not None and older is not connection:
                await older.closed()

    async def init(self) -> None:
        """Call the functions of `register_init`, for a new connection.

        Override it in order to send something before or after the initial state. Call it later in
        order to send all states again.
        """
        connection = self.connection
        for initialise in list(self.init_handlers):
            if self.connection is not connection:
                return  # session-simultaneous
            try:
                await self.intake.work.charge(call_handler(self.intake.threads, initialise))
            except FAILURES:  # the application's; the others still run
                self.counters.failed_initials += 1
                self._log.exception(
                    "initial callback %r failed", initialise,
                    extra=log_fields("initial-failed", name=repr(initialise)),
                )  # fmt: skip
        if connection is not None:
            connection.has_initial_states = True

    async def handle_connection(self, ws: Transport | None = None) -> None:
        """Serve a connection until it ends.

        Args:
            ws: the WebSocket to pass to `new_connection` first. None: serve the connection that
                this task has attached, or otherwise the current one of the session.

        Raises:
            NotConnected: there is none.
        """
        if ws is not None:
            await self.new_connection(ws)
        if (mine := self._replaced_here()) is not None:
            if (older := mine()) is not None:
                older.close()
                await older.closed()
            return
        connection = self.connection
        if connection is None:
            raise NotConnected
        if connection.is_served:  # by another task
            return
        with self:
            code = CloseCode.INTERNAL_ERROR  # connection-close-code
            try:
                await self._call_hook("on_connect")
                await self._serve(connection)
                code = CloseCode.NORMAL_CLOSURE
            finally:
                if self.connection is connection:
                    self._release()
                connection.close(code)
                await self._call_hook("on_disconnect")
                await connection.closed()

    async def disconnect(self, message: str = TAKEN_OVER, ws: Transport | None = None) -> None:
        """Send `_DISCONNECT`, so the client does not reconnect by itself, and close.

        Args:
            message: shown to the person at the client.
            ws: attach this WebSocket first, in order to reject it.
        """
        connection = self._attach(transport_of(ws)) if ws is not None else self.connection
        if connection is not None:
            if has_own_send(self):
                await self.send(DISCONNECT, message)
                connection.close()
            else:
                connection.disconnect(message)
        self._release()
        if connection is not None:
            await connection.closed()

    async def terminate(self, message: str = TAKEN_OVER) -> None:
        """End the session for good.

        It disconnects the client, cancels the running tasks, waits for them up to the grace period
        of `Limits`, and calls the state's `on_terminate`. Each later connection gets `_DISCONNECT`
        with the same message, and is closed with 4410. A second call does nothing.

        Args:
            message: shown to the person at the client.
        """
        if self._farewell is not None:
            return
        self._farewell = message
        if self.connection is not None and not self._ends_itself():
            self.connection.disconnect(message)  # before the tasks end: the client learns it now
        if tasks := cancel_tasks(self):
            await asyncio.wait(tasks, timeout=self.intake.limits.grace)
        await self.disconnect(message)
        await self._call_hook("on_terminate")

    async def send(self, event: str, data: Any = None) -> None:
        """Send an event; it is lost when no client is connected.

        Data without a JSON form is logged and not sent.
        """
        if self.connection is not None and self.is_connected:
            try:
                self.connection.send(frame(event, encode(data, to_json)))
                self.counters.sent(event)
            except NotJSON as error:
                self._log_not_json(event, error)
        if self.should_yield():
            await asyncio.sleep(0)

    async def send_binary(self, event: str, metadata: dict[str, Any], data: bytes) -> None:
        """Send bytes with metadata, as one event; see `send`."""
        if self.connection is not None and self.is_connected:
            try:
                meta = encode({"type": event, "metadata": metadata}, to_json)
                self.connection.send(frame(BIN_META, meta), data)
                self.counters.sent_bytes += len(data)
                self.counters.sent(event)
            except NotJSON as error:
                self._log_not_json(event, error)
        if self.should_yield():
            await asyncio.sleep(0)

    def _log_not_json(self, event: str, error: NotJSON) -> None:
        self._log.error(
            "%r was not sent: %s", event, error, extra=log_fields("event-not-json", event=event)
        )

    def should_yield(self) -> bool:
        """Count a send or a sync, and return whether the caller must yield to the event loop.

        It must while frames wait to be sent, after every `_BURST` calls, and when a handler has
        taken a turn: a loop of them never blocks other tasks, even if there is nothing to send.
        """
        self._calls += 1
        if (
            self._calls < _BURST
            and (self.connection is None or not self.connection.has_unsent)
            and not self.intake.work.is_over()
        ):
            return False
        self._calls = 0
        return True

    def __enter__(self) -> Self:
        _tokens.set((*_tokens.get(), session_context.set(self)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        *older, token = _tokens.get()
        _tokens.set(tuple(older))
        session_context.reset(token)

    def _ends_itself(self) -> bool:
        """Return whether the application must be called to disconnect a client."""
        return is_replaced(self.disconnect, _DISCONNECT) or has_own_send(self)

    def _replaced_here(self) -> Attachment | None:
        """Return what this task has attached, if it is not the current connection."""
        mine = attached(self)
        if mine is None or (self.connection is not None and mine() is self.connection):
            return None
        return mine

    def _attach(self, ws: Transport) -> Connection:
        older = self.connection
        if older is not None and older.ws == ws and older.is_open:
            attach(self, older)
            return older
        connection = connection_class()(ws, self._log, self.intake.limits, self.counters)
        self.connection = connection
        self.log_context.connection, self.log_context.peer = connection.number, peer_of(ws)
        attach(self, connection)
        if older is not None:
            self.counters.taken_over += 1
            self._log.warning(
                "a newer connection replaces connection %d", older.number,
                extra=log_fields("taken-over", "session-takeover", older=older.number,
                                 older_peer=peer_of(older.ws)),
            )  # fmt: skip
            older.drop_initial()
            older.disconnect(TAKEN_OVER)  # session-takeover-prompt: nothing waits for it
            self._admission.undelivered.add(older)
        return connection

    def _release(self) -> None:
        self.connection = self.log_context.connection = self.log_context.peer = None

    async def _serve(self, connection: Connection) -> None:
        work = self.intake.work
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
                            await work.charge(self._dispatcher.dispatch(connection, received))
                    finally:
                        self._turn.release()
                    if work.used > TURN:
                        await work.give_turn()
        except TimeoutError:
            if connection.cuts_handler:
                connection.log.warning(
                    "a handler did not end after its connection, and was cancelled",
                    extra=log_fields("handler-cancelled"),
                )

    async def _call_hook(self, hook: str) -> None:
        await call_hook(self.state, hook, self.counters, self._log)


_DISCONNECT, _SEND = Session.disconnect, Session.send


def has_own_send(session: Session) -> bool:
    """Return whether the application has its own `send`, in a subclass or in this session."""
    return is_replaced(session.send, _SEND)
