"""A recording WebSocket client: it traces, judges and keeps every frame.

It can misbehave: send any text, cut the connection, stop reading. Each wait is for an event and has
a deadline; nothing here sleeps.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import Frame, Opcode

from conformance.driver.counters import TALLY
from conformance.driver.raw_socket import BufferedTransport, Socket, reset
from conformance.driver.trace import Change, Trace
from conformance.errors import ClosedEarly, Kind, Silence, Violation
from conformance.protocol.fences import Fences
from conformance.protocol.legality import Legality, ServerLegality
from conformance.protocol.wire import ABSENT, JSON, LARGEST, Event

MOST_FRAMES = 100_000
MOST_BYTES = 512 << 20
"""The most that one connection may receive. No case asks for a tenth of it; a server that sends
without end is cut off before it fills this process."""
READ_AHEAD = 1024
"""The frames in the read buffer after which the library stops reading."""
YIELD = 100
"""The frames after which the reader yields to the event loop."""
TOO_BIG, NO_FRAME = 1009, 1006
WRITE_FACTOR = 10
"""A write may take this many deadlines: a server that refuses a frame while it arrives may read the
rest of it only when it closes."""


@dataclass(frozen=True, slots=True)
class Received:
    """A received event; with its binary frame if it is a pair."""

    event: Event
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a connection: the close frame's code and reason, or 1006 without one."""

    connection: str
    code: int
    reason: str

    def __str__(self) -> str:
        if self.code == NO_FRAME:
            return f"connection {self.connection} ended without a close frame"
        reason = f" ({self.reason!r})" if self.reason else ""
        return f"connection {self.connection} closed with code {self.code}{reason}"


class Connection:
    """One WebSocket to the side under test.

    Attributes:
        label: Its name in the dialogue: A, B, …
        received: The events so far, in order. A pair of `_BIN_META` and bytes is one.
        legality: The judge of the received frames, which keeps the mirror.
        fences: The counters that distinguish answers from changes.
        closing: The end of the connection, None while it is open.
        ended_by_kit: Whether the kit has begun to close it.
        masks: Whether the kit masks its frames, as clients do.
        opened: The monotonic time when it was opened.
        ended: The monotonic time when it ended; infinite while it is open.
    """

    masks = True

    def __init__(
        self, socket: Socket, label: str, trace: Trace, deadline: float, url: str = ""
    ) -> None:
        self.label = label
        self.url = url
        self.ended_by_kit = False
        self.opened, self.ended = time.monotonic(), float("inf")
        self.received: list[Received] = []
        self.legality: Legality = ServerLegality()
        self.fences = Fences()
        self.closing: Closing | None = None
        self._socket = socket
        self._trace = trace
        self._deadline = deadline
        self._released = False
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the server selected; it has to be None."""
        return self._socket.subprotocol

    @classmethod
    async def open(cls, url: str, label: str, trace: Trace, deadline: float) -> Connection:
        """Connect.

        Raises:
            OSError: The connection is refused.
            InvalidHandshake: The server rejects the handshake.
            TimeoutError: There is no answer before the deadline.
        """
        trace.add(label, "noted", f"connects to {url}", "opened")
        try:
            socket = await connect(
                url,
                open_timeout=deadline,
                close_timeout=deadline,
                ping_interval=None,
                compression=None,
                max_size=LARGEST,
                max_queue=READ_AHEAD,
                proxy=None,
            )
        except (OSError, InvalidHandshake, TimeoutError) as error:
            trace.add(label, "noted", f"fails to connect: {error}")
            raise
        return cls(socket, label, trace, deadline, url)

    async def send(self, type: str, data: JSON = ABSENT) -> None:
        """Send an event."""
        await self.send_text(Event(type, data).text())

    async def send_text(self, text: str | Iterable[str]) -> None:
        """Send any text as one message; an iterable is sent in fragments."""
        whole = text if isinstance(text, str) else "".join(text := list(text))
        self._trace.add(self.label, "sent", whole)
        self.fences.sent(whole)
        await self._send(text)

    async def send_at_once(self, *texts: str) -> None:
        """Send text frames in one write, so that they arrive together."""
        for text in texts:
            self._trace.add(self.label, "sent", text)
            self.fences.sent(text)
        await self.write(b"".join(map(self.frame, texts)))

    def frame(self, content: str | bytes, *, fin: bool = True) -> bytes:
        """The bytes of a text or binary frame."""
        if isinstance(content, str):
            return Frame(Opcode.TEXT, content.encode(), fin=fin).serialize(mask=self.masks)
        return Frame(Opcode.BINARY, content, fin=fin).serialize(mask=self.masks)

    async def send_bytes(self, content: bytes) -> None:
        """Send a binary frame."""
        self._trace.add(self.label, "sent", content)
        await self._send(content)

    async def wait(
        self,
        wanted: Callable[[Received], bool],
        what: str,
        *,
        since: int,
        requirement: str | None,
        event: str | None = None,
        attributes: tuple[str, ...] = (),
    ) -> Received:
        """Wait for the first event since a mark that is wanted; `what` describes it.

        `event` and `attributes` are facts of the violation: the type, and the awaited attributes.

        Raises:
            ClosedEarly: The connection ends first.
            Violation: An illegal frame has arrived.
        """
        facts: dict[str, Any] = {"requirement": requirement, "expected": what}
        facts |= {"event": event, "attributes": attributes}
        position = since
        try:
            async with asyncio.timeout(self._deadline):
                while True:
                    for item in self.received[position:]:
                        position += 1
                        if wanted(item):
                            return item
                    if illegal := self.first_violation():
                        raise illegal
                    if self.closing:
                        raise self._closed_early(**facts)
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            received = f"nothing of the kind on connection {self.label} within {self._deadline:g} s"
            raise Silence(received=received, connection=self.label, **facts) from None

    async def wait_closed(self, *, requirement: str | None = None) -> Closing:
        """Wait until the other side closes the connection."""
        try:
            async with asyncio.timeout(self._deadline):
                await asyncio.shield(self._reader)
        except TimeoutError:
            raise Silence(
                requirement=requirement,
                expected=f"that the {self.legality.side} closes connection {self.label}",
                received=f"a connection that is still open after {self._deadline:g} s",
                kind=Kind.STILL_OPEN,
                connection=self.label,
            ) from None
        assert self.closing is not None
        return self.closing

    async def cut_inside(self, content: str | bytes, missing: int) -> None:
        """Send a frame without its last bytes, and abort the connection."""
        shown = content if isinstance(content, str) else f"{len(content)} bytes"
        self._trace.add(self.label, "sent", f"(without the last {missing} bytes) {shown}")
        await self.write(self.frame(content)[:-missing])
        await self.cut()

    async def write(self, content: bytes, what: str = "") -> None:
        """Write bytes below the WebSocket layer, without waiting for anything.

        Args:
            content: The bytes, such as a frame that the library would not write.
            what: The bytes for people; empty if they continue bytes that were traced before.

        Raises:
            ClosedEarly: The server has closed the connection.
        """
        if what:
            self._trace.add(self.label, "sent", what)
            self.stimulate()
        transport: Any = self._socket.transport
        try:
            buffered = isinstance(transport, BufferedTransport)
            (transport.transport if buffered else transport).write(content)
        except (RuntimeError, AttributeError) as error:
            # asyncio's transport raises RuntimeError after the end of the stream.
            raise await self._ended() from error

    @contextmanager
    def inside_a_frame(self) -> Iterator[None]:
        """Buffer the library's own writes, such as pongs, while a frame is written in parts.

        They are sent at the end of the block, after the frame.
        """
        socket: Any = self._socket
        buffered = socket.transport = BufferedTransport(socket.transport)
        try:
            yield
        finally:
            transport = socket.transport = buffered.transport
            if not transport.is_closing():
                transport.write(b"".join(buffered.written))

    async def reset(self) -> None:
        """Reset the TCP connection."""
        self._note_end("resets the connection")
        reset(self._socket.transport)
        await self._reader

    async def cut_between_fragments(self, frame: str) -> None:
        """Send a text as a message without its last fragment, and abort the connection."""
        self._trace.add(self.label, "sent", f"(unfinished) {frame}")
        await self.write(self.frame(frame, fin=False))
        assert isinstance(self._socket, ClientConnection)  # a raw socket has no ping
        with suppress(TimeoutError, ConnectionClosed):  # a pong shows that it was read
            async with asyncio.timeout(self._deadline):
                await (await self._socket.ping())
        await self.cut()

    async def close(self) -> None:
        """Close with a closing handshake, and wait for the end."""
        self._note_end("closes")
        await self._socket.close()
        await self._reader

    async def cut(self) -> None:
        """Abort the connection, without a close frame."""
        self._note_end("cuts the connection")
        self._socket.transport.abort()
        await self._reader

    def _note_end(self, note: str) -> None:
        self._trace.add(self.label, "noted", note)
        self.ended_by_kit = self.closing is None

    def stimulate(self) -> None:
        """Mark the frame that was sent last as the subject of the case."""
        self._trace.stimulate()

    def stall(self) -> None:
        """Stop reading, as if the network were lost; the socket stays open."""
        self._trace.add(self.label, "noted", "stops reading")
        self._socket.transport.pause_reading()

    async def release(self) -> None:
        """Abort the connection at the end of the case, without a trace."""
        self._released = True
        self._socket.transport.abort()
        await self._reader

    async def _send(self, frame: str | bytes | Iterable[str]) -> None:
        seconds = WRITE_FACTOR * self._deadline
        try:
            async with asyncio.timeout(seconds):
                await self._socket.send(frame)
        except TimeoutError:
            raise Silence(
                expected=f"a {self.legality.side} that reads from connection {self.label}",
                received=f"unread frames after {seconds:g} s",
                kind=Kind.NOT_READ,
                connection=self.label,
            ) from None
        except (ConnectionClosed, AttributeError) as error:
            # websockets raises AttributeError if its transport is lost in the middle of a frame.
            raise await self._ended() from error

    async def _ended(self) -> ClosedEarly:
        await self._reader
        return self._closed_early(expected="an open connection to send on")

    def _closed_early(self, **facts: Any) -> ClosedEarly:
        assert self.closing is not None
        return ClosedEarly(
            received=str(self.closing), close_code=self.closing.code, connection=self.label, **facts
        )

    async def _read(self) -> None:
        frames = content = 0
        try:
            async for frame in self._socket:
                frames += 1
                content += len(frame)
                self._trace.add(self.label, "received", frame)
                if frames > MOST_FRAMES or content > MOST_BYTES:
                    self._give_up(f"more than {frames - 1:,} frames, {content:,} bytes")
                    break
                self._take(frame)
                self._news.set()
                if not frames % YIELD:  # a flood must not delay the deadlines
                    await asyncio.sleep(0)
        except ConnectionClosed as error:
            if error.sent is not None and error.sent.code == TOO_BIG and error.rcvd is None:
                self._give_up(f"a frame of more than {LARGEST >> 20} MiB")
        code, reason = self._socket.close_code, self._socket.close_reason
        self.closing = Closing(self.label, code or NO_FRAME, reason or "")
        self.ended = time.monotonic()
        if not self._released:
            change: Change | None = "closed" if self.closing.code != NO_FRAME else None
            self._trace.add(self.label, "noted", str(self.closing), change)
        self._news.set()

    def _give_up(self, received: str) -> None:
        """Abort a connection that receives far more than any case needs: a fault of the sender."""
        expected = "no more data than the case needs"
        flood = Violation(
            expected=expected, received=received, kind=Kind.FLOOD, connection=self.label
        )
        self.legality.violations.append(flood)
        self._socket.transport.abort()

    def _take(self, frame: str | bytes) -> None:
        TALLY.frames += 1
        if isinstance(frame, bytes):
            announcement = self.legality.binary(frame)
            if announcement is not None:
                self.received.append(Received(announcement, frame))
            return
        event = self.legality.text(frame)
        if event is None:
            return
        self.fences.received(event)
        if event.name != "_BIN_META":
            self.received.append(Received(event))

    def first_violation(self) -> Violation | None:
        """The first violation by a received frame, or None."""
        return next(iter(self.legality.violations), None)
