"""One WebSocket: an outbox in front of it, so that no sender ever waits for a slow peer.

What is sent while nothing waits goes to the server at once, as the first step of the task that
would write; where the server makes it wait, a task is engaged that finishes it (see `writers`).
Everything else goes through the outbox, which the task empties in order; a unit of two frames
(`_BIN_META` and its bytes) stays together (binary-pair). When the outbox is congested, a
document does not add patches to it: it leaves a note with `when_drained`, and makes one patch of
all its changes later. What can't be merged is queued up to a hard limit; a peer behind that is
too slow and loses its connection. What every connection begins with, the states, does not count:
however large they are, a client can connect.

A connection ends once, and with it nothing but itself: whoever replaces it owns another object.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

from starlette.websockets import WebSocketState

from ws_sync._core.json.codec import encode, frame
from ws_sync._core.protocol.binary_pairs import Pairing
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.events import DISCONNECT
from ws_sync._log import AnyLog, Log, log_fields
from ws_sync._server.steps import Begun, begin
from ws_sync._server.transport import Transport
from ws_sync._server.writers import Writer, spare
from ws_sync.exceptions import shorten
from ws_sync.limits import LIMITS, Limits
from ws_sync.metrics import Counters, size

if TYPE_CHECKING:
    from ws_sync.session import Session

_numbers = count(1)


class Unit(NamedTuple):
    """A text frame, and the binary frame that must follow it with nothing between them."""

    text: str
    payload: bytes | None
    counts: bool

    @property
    def size(self) -> int:
        """Characters and bytes of both, as the limits count them."""
        return len(self.text) + len(self.payload or b"") if self.counts else 0


def _nobody() -> None:
    """Return what a weak reference to something that is gone does."""


class Connection:
    """One WebSocket of a session; made in the event loop that serves it.

    Attributes:
        ws: the WebSocket, already accepted.
        loop: the event loop that serves it.
        maker: a weak reference to the task that has made it, or to nothing.
        pairing: what the connection has received of a binary pair.
        malformed: how many malformed frames came in.
        cuts_handler: whether it was closed while a handler was at work.
        number: which connection of this process it is.
        counters: count what goes through; those of the session.
    """

    __slots__ = (
        "__weakref__",
        "_begun",
        "_close",
        "_is_receiving",
        "_late",
        "_limits",
        "_logger",
        "_outbox",
        "_serving",
        "_session",
        "_size",
        "_units",
        "_writer",
        "counters",
        "cuts_handler",
        "loop",
        "maker",
        "malformed",
        "number",
        "pairing",
        "ws",
    )

    def __init__(
        self, ws: Transport, log: AnyLog, limits: Limits = LIMITS, session: Session | None = None
    ) -> None:
        self.ws = ws
        self.number = next(_numbers)
        self.counters = Counters() if session is None else session.counters
        self.counters.opened += 1
        self.loop = asyncio.get_running_loop()
        self.maker: Callable[[], asyncio.Task[Any] | None]
        self.made_here()
        self.pairing = Pairing()
        self.malformed = 0
        self.cuts_handler = False
        self._logger = log
        self._session = None if session is None else ref(session)  # which may be gone sooner
        self._limits = limits
        self._outbox: list[Unit] = []  # nearly always empty; an empty deque has half a kilobyte
        self._units = 0
        self._size = 0
        self._late: dict[object, Callable[[], None]] | None = None
        self._close: tuple[int, str] | None = None  # code and reason, once it is to end
        self._begun: Begun | None = None  # the sending of the first unit of the outbox
        self._serving: asyncio.Timeout | None = None
        self._is_receiving = False
        self._writer: Writer | None = None  # the one that is engaged

    def made_here(self) -> None:
        """Declare the running task the one that has made the connection."""
        task = asyncio.current_task()
        self.maker = ref(task) if task is not None else _nobody

    @property
    def is_open(self) -> bool:
        """Whether events still come and go here."""
        return self._close is None

    @property
    def is_served(self) -> bool:
        """Whether a task receives here."""
        return self._serving is not None

    @property
    def is_congested(self) -> bool:
        """Whether the peer is behind so far that state changes had better wait."""
        return bool(self._outbox) and (
            len(self._outbox) > self._limits.congested_units
            or self._size > self._limits.congested_size
        )

    @property
    def has_unsent(self) -> bool:
        """Whether something was not yet given to the WebSocket."""
        return bool(self._outbox)

    @property
    def waiting(self) -> int:
        """How many events were not yet given to the WebSocket."""
        return len(self._outbox)

    @property
    def _log(self) -> Log:
        return Log(self._logger, None if self._session is None else self._session(), self)

    def send(self, text: str, payload: bytes | None = None) -> None:
        """Queue a text frame, and a binary one right behind it; lost when the connection ended.

        Of the bytes that are sent, only those of the text are counted here.
        """
        if self._close is not None:
            return
        if not self._outbox:
            self.counters.sent_bytes += len(text) if text.isascii() else size(text)
            if not self._try_send_now(text, payload):
                self._queue(Unit(text, payload, counts=True))
        elif self._units >= self._limits.most_units or self._size > self._limits.most_size:
            self._log.warning(
                "peer is too slow: %d events wait for it", self.waiting,
                extra=log_fields("peer-too-slow", waiting=self.waiting,
                                 code=CloseCode.TRY_AGAIN_LATER),
            )  # fmt: skip
            self._outbox.clear()
            self.close(CloseCode.TRY_AGAIN_LATER, "too slow")
        else:
            self.counters.sent_bytes += len(text) if text.isascii() else size(text)
            self._queue(Unit(text, payload, counts=True))

    def begin_with(self, text: str) -> None:
        """Queue a text frame that belongs to the beginning of the connection: no limit counts."""
        if self.is_open:
            self.counters.sent_bytes += size(text)
            self._queue(Unit(text, None, counts=False))

    def when_drained(self, owner: object, publish: Callable[[], None]) -> None:
        """Call `publish` when the outbox is empty; once for each owner."""
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
        """Return what surrounds receiving and handling; `close` lets it time out.

        Waiting for a frame ends at once then, the handler of an event some time after. A function
        in a thread can't be cancelled: it is waited for.
        """
        self._serving = asyncio.timeout(None)
        return self._serving

    def disconnect(self, message: str) -> None:
        """Queue `_DISCONNECT` as the last event, and close behind it."""
        self.counters.sent_disconnects += self.is_open
        self.send(frame(DISCONNECT, encode(message)))
        self.close(CloseCode.NORMAL_CLOSURE)

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Begin to end the connection: read no more, send what is queued, close.

        Never blocks; a peer that does not read is given up after the limits' `close_timeout`.
        """
        if not self.is_open:
            return
        self._close = code, reason
        self.counters.closed(code)
        self._late = None
        if self._serving is not None:
            self.cuts_handler = not self._is_receiving
            grace = self._limits.grace if self.cuts_handler else 0.0
            with suppress(RuntimeError):  # it is over
                self._serving.reschedule(self.loop.time() + grace)
            self._serving = None  # it leads to the task, and that may lead here
        writer = self._engage().task
        giving_up = self.loop.call_later(self._limits.close_timeout, writer.cancel)
        writer.add_done_callback(lambda _: giving_up.cancel())

    async def closed(self) -> None:
        """Wait until the connection has ended, after `close`."""
        if self._writer is not None:
            await asyncio.wait([self._writer.task])

    async def _write(self) -> None:
        try:
            await self._empty_outbox()
        except asyncio.CancelledError:
            self._log.warning(
                "peer did not read what was left for it; giving it up",
                extra=log_fields("peer-given-up", waiting=self.waiting),
            )
        except Exception as error:  # noqa: BLE001  # whatever the server raises for a dead peer
            self._lost(error)
        if self.is_open:
            self._writer = None
        else:
            await self._close_socket()

    def _engage(self) -> Writer:
        if self._writer is None:
            self._writer = spare(self.loop)
            self._writer.engage(self._write)
        return self._writer

    def _lost(self, error: Exception) -> None:
        self._log_loss("sending", error)
        self.close(CloseCode.INTERNAL_ERROR)

    def _log_loss(self, what: str, error: Exception) -> None:
        reason = shorten(str(error) or type(error).__name__)
        self._log.info(
            "connection lost while %s: %s",
            what,
            reason,
            extra=log_fields("connection-lost", error=reason),
        )

    def _try_send_now(self, text: str, payload: bytes | None) -> bool:
        """Give a unit to the server; whether nothing is left to do for it."""
        sending = self.ws.send_text(text) if payload is None else self._send(text, payload)
        writer = self._writer or spare(self.loop)
        try:
            self._begun = begin(sending, writer.task, self.loop)
        except Exception as error:  # noqa: BLE001  # whatever the server raises for a dead peer
            self._lost(error)
            return True
        return self._begun is None

    async def _send(self, text: str, payload: bytes | None) -> None:
        await self.ws.send_text(text)
        if payload is not None:
            await self.ws.send_bytes(payload)

    def _queue(self, unit: Unit) -> None:
        self._outbox.append(unit)
        if len(self._outbox) > self.counters.outbox_peak:
            self.counters.outbox_peak = len(self._outbox)
        self._units += unit.counts
        self._size += unit.size
        self._engage()

    async def _empty_outbox(self) -> None:
        while self._outbox:
            unit = self._outbox[0]
            begun, self._begun = self._begun, None
            await (self._send(unit.text, unit.payload) if begun is None else begun)
            if self._outbox and self._outbox[0] is unit:
                del self._outbox[0]
            self._units -= unit.counts
            self._size -= unit.size
            if not self._outbox and self._late is not None:
                late, self._late = self._late, None
                for publish in late.values():
                    publish()

    async def _close_socket(self) -> None:
        ended = self.ws.client_state is not WebSocketState.CONNECTED
        if ended or self.ws.application_state is not WebSocketState.CONNECTED:
            return
        code, reason = self._close or (CloseCode.NORMAL_CLOSURE, "")
        try:
            async with asyncio.timeout(self._limits.close_timeout):
                await self.ws.close(code, reason)
        except Exception as error:  # noqa: BLE001  # the socket is gone, one way or another
            self._log_loss("closing", error)
