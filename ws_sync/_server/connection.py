"""One WebSocket, with an outbox, so that a slow peer never makes a sender wait.

A unit is a text frame, or a text frame and the binary frame that must follow it (binary-pair).
While nothing waits, `send` sends a unit by an eager task, so a unit that the server takes at once
is on its way when `send` returns. If the server makes the task wait, the unit goes to the outbox,
and `send` starts a writer. It awaits that task, sends further units in order, and ends when the
outbox is empty: an idle connection has no task. Python 3.11 has no eager tasks, so there a writer
sends each unit, in the next turn of the event loop.

While the outbox is congested, a document adds no patches to it. It registers with `when_drained`,
and sends one patch of all its changes later. Other units are queued up to a hard limit; a peer
that exceeds it is too slow and loses its connection. The states that a connection begins with do
not count towards these limits: a client can connect however large they are. They are encoded when
the writer reaches them. Until then the connection holds only texts that the documents hold too.

`close` starts another task, which waits for the writer and then closes the WebSocket. A connection
never touches its session, so its end has no effect on the connection that has replaced it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from functools import partial
from itertools import count
from typing import Any, TypeAlias

from starlette.websockets import WebSocketState

from ws_sync._core.json.codec import encode, frame
from ws_sync._core.protocol.binary_pairs import Pairing
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.events import DISCONNECT
from ws_sync._core.protocol.round_trip import RoundTrip
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.counters import Counters, size
from ws_sync._server.transport import Transport, identified_within
from ws_sync.exceptions import shorten
from ws_sync.limits import LIMITS, Limits

_numbers = count(1)

Unit: TypeAlias = tuple[str | Callable[[], str], bytes | None, int]
"""A text frame; the binary frame after it, or None; and the size of both, 0 if no limit counts it.

The frame of a state that the connection begins with is a function that encodes it.

Nothing may separate the two frames. The size is in characters and bytes.
"""


class Connection:
    """One WebSocket of a session; created in the event loop that serves it.

    Attributes:
        ws: the WebSocket, already accepted.
        loop: the event loop that serves it.
        pairing: the received half of a binary pair.
        malformed: number of malformed frames in a row.
        cuts_handler: whether it was closed while a handler was running.
        number: number of the connection in this process.
        counters: the counters of the session.
        round_trip: what is known of its round trip.
        announced: the keys of the documents that were sent on it.
        has_initial_states: whether all documents that are announced were sent on it.
        begun_size: characters of the states that the connection began with, as far as they were
            handed to the WebSocket.
        was_cut: whether the peer has not read the last frames in time.
    """

    __slots__ = (
        "__weakref__",
        "_close",
        "_closing",
        "_initial_size",
        "_is_receiving",
        "_is_writing",
        "_late",
        "_limits",
        "_outbox",
        "_parent_log",
        "_serving",
        "_size",
        "_units",
        "_writer",
        "announced",
        "begun_size",
        "counters",
        "cuts_handler",
        "has_initial_states",
        "loop",
        "malformed",
        "number",
        "pairing",
        "round_trip",
        "was_cut",
        "ws",
    )

    def __init__(
        self, ws: Transport, log: Log, limits: Limits = LIMITS, counters: Counters | None = None
    ) -> None:
        self.ws = ws
        self.number = next(_numbers)
        self.counters: Counters = counters or Counters()
        self.counters.opened += 1
        self.loop = self._find_loop()
        self.pairing = Pairing()
        self.round_trip = RoundTrip(identified_within.get(ws, float("inf")))
        self.announced: set[str] = set()
        self.has_initial_states = False
        self.malformed = 0
        self.cuts_handler = False
        self.begun_size = 0
        self.was_cut = False
        self._parent_log = log
        self._limits = limits
        self._initial_size = 0
        self._outbox: list[Unit] = []  # nearly always empty; an empty deque takes 600 bytes
        self._units = 0  # of the outbox, as the limits count them
        self._size = 0
        self._late: dict[object, Callable[[], None]] | None = None
        self._close: tuple[int, str] | None = None  # code and reason, once it is closing
        self._serving: asyncio.Timeout | None = None
        self._is_receiving = False
        self._is_writing = False
        self._writer: asyncio.Task[None] | None = None  # while it runs
        self._closing: asyncio.Task[None] | None = None

    def _find_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    @property
    def is_open(self) -> bool:
        """Whether `close` was not called yet."""
        return self._close is None

    @property
    def is_served(self) -> bool:
        """Whether a task receives from this connection."""
        return self._serving is not None

    @property
    def is_congested(self) -> bool:
        """Whether the peer is so far behind that state changes should wait."""
        return bool(self._outbox) and (
            len(self._outbox) > self._limits.congested_units
            or self._size > self._limits.congested_size
        )

    @property
    def has_unsent(self) -> bool:
        """Whether a unit was not yet handed to the WebSocket."""
        return bool(self._outbox)

    @property
    def waiting(self) -> int:
        """Number of units that were not yet handed to the WebSocket."""
        return len(self._outbox)

    @property
    def log(self) -> Log:
        """The log for records about this connection."""
        return self._parent_log.about_connection(self.number, peer_of(self.ws))

    def send(self, text: str, payload: bytes | None = None) -> None:
        """Queue a text frame, and a binary frame after it; both are lost after `close`.

        Counts the bytes of the text only; the caller counts those of the payload.
        """
        if self._close is not None:
            return
        if self._outbox and (
            self._units >= self._limits.most_units or self._size > self._limits.most_size
        ):
            self._give_up_slow_peer()
            return
        self.counters.sent_bytes += len(text) if text.isascii() else size(text)
        sending = None
        if sys.version_info >= (3, 12) and not self._is_writing:
            self._is_writing = True
            send = self.ws.send_text(text) if payload is None else self._send(text, payload)
            sending = asyncio.Task(send, loop=self.loop, eager_start=True, name="ws_sync sender")
            self._is_writing = False
            if sending.done() and not self._outbox:
                if (error := sending.exception()) is not None:
                    self._lost(error)
                return
        self._queue((text, payload, len(text) + len(payload or b"")), sending)

    def send_initial(self, make: Callable[[], str], size: int) -> None:
        """Queue a text frame that the connection begins with; it counts towards no limit.

        Args:
            make: encodes the frame; called when all frames before it were sent.
            size: bytes of what it encodes.
        """
        if self.is_open:
            self._initial_size += size
            self._queue((make, None, 0))

    def drop_initial(self) -> None:
        """Drop the states that the connection begins with and has not begun to send, if large.

        What follows them depends on them, and is dropped too.
        """
        if self._initial_size <= self._limits.congested_size:
            return
        for place, unit in enumerate(self._outbox):
            if callable(unit[0]):
                dropped = self._outbox[place:]
                del self._outbox[place:]
                self._units -= sum(each[2] > 0 for each in dropped)
                self._size -= sum(each[2] for each in dropped)
                return

    def when_drained(self, owner: object, publish: Callable[[], None]) -> None:
        """Call `publish` when the outbox is empty; a newer call replaces that of the same owner."""
        if self._late is None:
            self._late = {}
        self._late[owner] = partial(copy_context().run, publish)

    async def receive(self) -> str | bytes | None:
        """Return the next frame; None when the connection has ended."""
        if not self.is_open or self.ws.client_state is not WebSocketState.CONNECTED:
            return None
        self._is_receiving = True
        try:
            message = await self.ws.receive()
        finally:
            self._is_receiving = False
        if message["type"] == "websocket.disconnect":
            return None
        text: str | None = message.get("text")
        payload: bytes = message.get("bytes") or b""
        return payload if text is None else text

    def serving(self) -> asyncio.Timeout:
        """Return the timeout to receive and handle events in; `close` makes it expire.

        It expires at once while the task waits for a frame, and after the limits' `grace` while a
        handler runs. A function in a thread can't be cancelled: the task waits for its end.
        """
        self._serving = asyncio.timeout(None)
        return self._serving

    def disconnect(self, message: str, code: int = CloseCode.NORMAL_CLOSURE) -> None:
        """Queue `_DISCONNECT` as the last event, and close."""
        self.counters.sent_disconnects += self.is_open
        self.send(frame(DISCONNECT, encode(message)))
        self.close(code)

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Begin to close: stop receiving, send what is queued, close the WebSocket.

        Never waits; `closed` does. A peer that does not read what is queued within the limits'
        `close_timeout` does not get it.
        """
        if not self.is_open:
            return
        self._close = code, reason
        self.counters.closed(code)
        self._late = None
        if self._serving is not None:
            self.cuts_handler = not self._is_receiving
            grace = self._limits.grace if self.cuts_handler else 0.0
            with suppress(RuntimeError):  # it has expired or ended
                self._serving.reschedule(self.loop.time() + grace)
            self._serving = None  # it refers to the task, which may refer to this connection
        # The task outlives the caller's context, which it must not keep alive.
        self._closing = self.loop.create_task(self._finish(), context=Context())

    def when_closed(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the WebSocket is closed, after `close`."""
        if self._closing is not None:
            self._closing.add_done_callback(lambda _: callback())

    async def closed(self) -> None:
        """Wait until the WebSocket is closed, after `close`."""
        if self._closing is not None:
            await asyncio.wait([self._closing])

    def _queue(self, unit: Unit, sending: asyncio.Task[None] | None = None) -> None:
        if sending is None:
            self._outbox.append(unit)
        else:
            self._outbox.insert(0, unit)  # the server may have made this program send more
        self._units += unit[2] > 0
        self._size += unit[2]
        if not self._is_writing:
            self._is_writing = True
            self._writer = self.loop.create_task(
                self._write(sending), name="ws_sync writer", context=Context()
            )
        self.counters.outbox_peak = max(self.counters.outbox_peak, len(self._outbox))

    async def _write(self, sending: asyncio.Task[None] | None) -> None:
        """Empty the outbox, whose first unit `sending` sends already, if given."""
        outbox = self._outbox
        try:
            while outbox:
                text, payload, size = unit = outbox[0]
                if callable(text):
                    text = self._make_initial(text)
                    unit = outbox[0] = (text, payload, size)
                await (self._send(text, payload) if sending is None else sending)
                sending = None
                if outbox and outbox[0] is unit:  # a slow peer's outbox is cleared meanwhile
                    del outbox[0]
                self._units -= size > 0
                self._size -= size
                if self._late is not None and not outbox:
                    late, self._late = self._late, None
                    for publish in late.values():
                        publish()
        except Exception as error:  # noqa: BLE001  # whatever the server raises for a lost peer
            self._lost(error)
        finally:
            self._is_writing = False
            self._writer = None

    def _make_initial(self, make: Callable[[], str]) -> str:
        text = make()
        self.counters.sent_bytes += size(text)
        self.begun_size += len(text)
        return text

    async def _send(self, text: str, payload: bytes | None) -> None:
        await self.ws.send_text(text)
        if payload is not None:
            await self.ws.send_bytes(payload)

    def _lost(self, error: BaseException) -> None:
        self._outbox.clear()
        self._log_loss("sending", error)
        self.close(CloseCode.INTERNAL_ERROR)

    async def _finish(self) -> None:
        if (writer := self._writer) is not None:
            await asyncio.wait([writer], timeout=self._limits.close_timeout)
            if not writer.done():
                self.was_cut = True
                self.log.warning(
                    "the peer did not read the last frames within %g s; cutting the connection",
                    self._limits.close_timeout,
                    extra=log_fields("peer-given-up", waiting=self.waiting),
                )
                writer.cancel()
                await asyncio.wait([writer])
        ended = self.ws.client_state is not WebSocketState.CONNECTED
        if ended or self.ws.application_state is not WebSocketState.CONNECTED:
            return
        code, reason = self._close or (CloseCode.NORMAL_CLOSURE, "")
        try:
            async with asyncio.timeout(self._limits.close_timeout):
                await self.ws.close(code, reason)
        except Exception as error:  # noqa: BLE001  # the peer is lost, one way or another
            self._log_loss("closing", error)

    def _give_up_slow_peer(self) -> None:
        self.log.warning(
            "the peer is too slow: %d events wait for it; closing the connection", self.waiting,
            extra=log_fields("peer-too-slow", waiting=self.waiting,
                             code=CloseCode.TRY_AGAIN_LATER),
        )  # fmt: skip
        self._outbox.clear()
        self.close(CloseCode.TRY_AGAIN_LATER, "too slow")

    def _log_loss(self, activity: str, error: BaseException) -> None:
        reason = shorten(str(error) or type(error).__name__)
        self.log.info(
            "connection lost while %s: %s", activity, reason,
            extra=log_fields("connection-lost", error=reason),
        )  # fmt: skip


class EarlyConnection(Connection):
    """A connection that a unit test creates before its event loop runs, by `session.ws = …`."""

    __slots__ = ()

    def _find_loop(self) -> Any:
        return None

    def __getattribute__(self, name: str) -> Any:
        """Find the event loop when it is used."""
        return asyncio.get_running_loop() if name == "loop" else super().__getattribute__(name)


def connection_class() -> type[Connection]:
    """Return the class for a connection that is created now."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return EarlyConnection
    return Connection
