"""A recording WebSocket client: every frame is traced, judged and kept.

It can do what a well-behaved client never does: send any text, cut the connection, stop reading.
Waiting is always for an event and has a deadline; nothing here sleeps.
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
"""Frames and bytes that one connection may bring. No case asks for a tenth of it; a server that
sends without end is given up before it fills this process."""
AHEAD = 1024
"""Frames that wait to be read before the server has to wait."""
YIELD = 100
TOO_BIG = 1009
DEAF = 10
"""The factor of the deadline after which a server that does not read is given up. It is long: one
that refuses a frame while it arrives may let the rest of it wait until the connection has ended."""


@dataclass(frozen=True, slots=True)
class Received:
    """A frame that arrived: an event, with the bytes that belong to it if it is a pair."""

    event: Event
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """How a connection ended: the close frame's code and reason, or 1006 without one."""

    connection: str
    code: int
    reason: str

    def __str__(self) -> str:
        if self.code == 1006:
            return f"connection {self.connection} ended without a close frame"
        reason = f" ({self.reason!r})" if self.reason else ""
        return f"connection {self.connection} closed with code {self.code}{reason}"


class Connection:
    """One WebSocket to what is under test.

    Attributes:
        label: Its name in the dialogue: A, B, …
        received: The legal events so far, in order. A pair of `_BIN_META` and bytes counts as one.
        legality: The judge of its frames, which also keeps the mirror.
        fences: What tells answers from changes.
        closing: How it ended, or None while it is open.
        url: The URL that it was opened with.
        ended_by_kit: Whether the kit has begun to end it.
        masks: Whether its frames are masked, as those of clients are.
        opened: When it was opened, by the monotonic clock.
        ended: When it ended.
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
    def told_to_go(self) -> bool:
        """Whether the server's last event is `_DISCONNECT`."""
        return bool(self.received) and self.received[-1].event.type == "_DISCONNECT"

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the server selected, None as it has to be."""
        return self._socket.subprotocol

    @classmethod
    async def open(cls, url: str, label: str, trace: Trace, deadline: float) -> Connection:
        """Connect.

        Raises:
            OSError: Nobody listens there.
            InvalidHandshake: The server answers, but not with a WebSocket.
            TimeoutError: The server does not answer before the deadline.
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
                max_queue=AHEAD,
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
        """Send a text frame as it is; an iterable is sent as one message in fragments."""
        whole = text if isinstance(text, str) else "".join(text := list(text))
        self._trace.add(self.label, "sent", whole)
        self.fences.sent(whole)
        await self._send(text)

    async def send_at_once(self, *texts: str) -> None:
        """Send text frames in one write, so that the server finds all of them waiting."""
        for text in texts:
            self._trace.add(self.label, "sent", text)
            self.fences.sent(text)
        await self.write(b"".join(map(self.frame, texts)))

    def frame(self, text: str) -> bytes:
        """A text frame as it stands on the line."""
        return Frame(Opcode.TEXT, text.encode()).serialize(mask=self.masks)

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
        """The first received event from index `since` on that is wanted.

        Args:
            wanted: Whether an event is the one.
            what: The event, for people.
            since: The index of the first event that counts.
            requirement: The requirement that is broken if it does not come.
            event: Its type, if only one will do.
            attributes: The attributes whose values are awaited.

        Raises:
            Silence: It does not come before the deadline.
            ClosedEarly: The connection ends first.
            Violation: An illegal frame came instead, whatever it was meant to be.
        """
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
                        raise self._closed_early(
                            requirement=requirement,
                            expected=what,
                            event=event,
                            attributes=attributes,
                        )
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise Silence(
                requirement=requirement,
                expected=what,
                received=f"nothing of the kind on connection {self.label} "
                f"within {self._deadline:g} s",
                event=event,
                attributes=attributes,
                connection=self.label,
            ) from None

    async def wait_closed(self, *, requirement: str | None = None) -> Closing:
        """How the server ended the connection.

        Raises:
            Silence: It does not end before the deadline.
        """
        try:
            async with asyncio.timeout(self._deadline):
                await asyncio.shield(self._reader)
        except TimeoutError:
            raise Silence(
                requirement=requirement,
                expected=f"that the {self.legality.side} closes connection {self.label}",
                received=f"a connection that is open after {self._deadline:g} s",
                kind=Kind.STILL_OPEN,
                connection=self.label,
            ) from None
        assert self.closing is not None
        return self.closing

    async def cut_inside(self, content: str | bytes, missing: int) -> None:
        """Send a frame without its last bytes and end the connection at once."""
        shown = content if isinstance(content, str) else f"{len(content)} bytes"
        self._trace.add(self.label, "sent", f"(without the last {missing} bytes) {shown}")
        if isinstance(content, str):
            frame = Frame(Opcode.TEXT, content.encode())
        else:
            frame = Frame(Opcode.BINARY, content)
        await self.write(frame.serialize(mask=self.masks)[:-missing])
        await self.cut()

    async def write(self, content: bytes, what: str = "") -> None:
        """Write bytes beneath the WebSocket layer, without waiting for anything.

        Args:
            content: The bytes; a frame that the library would not write, for instance.
            what: The same for people; nothing for the rest of what was told before.

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
            # asyncio's transport raises the former behind the end of the stream.
            raise await self._ended() from error

    @contextmanager
    def inside_a_frame(self) -> Iterator[None]:
        """Surrounds the writing of a frame in parts.

        What the library sends by itself meanwhile, such as the answer to a ping, would stand in
        the middle of the frame: it is sent behind it.
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
        """End the connection at once by a TCP reset."""
        self._trace.add(self.label, "noted", "resets the connection")
        self.ended_by_kit = self.closing is None
        reset(self._socket.transport)
        await self._reader

    async def cut_between_fragments(self, frame: str) -> None:
        """Send a whole text as a message that goes on, and end the connection instead."""
        self._trace.add(self.label, "sent", f"(unfinished) {frame}")
        part = Frame(Opcode.TEXT, frame.encode(), fin=False).serialize(mask=self.masks)
        await self.write(part)
        assert isinstance(self._socket, ClientConnection)  # a raw socket has no ping
        with suppress(TimeoutError, ConnectionClosed):  # the answer to a ping: it has been read
            async with asyncio.timeout(self._deadline):
                await (await self._socket.ping())
        await self.cut()

    async def close(self) -> None:
        """Close in the orderly way, and wait until it has ended."""
        self._trace.add(self.label, "noted", "closes")
        self.ended_by_kit = self.closing is None
        await self._socket.close()
        await self._reader

    async def cut(self) -> None:
        """End the connection at once, without a close frame."""
        self._trace.add(self.label, "noted", "cuts the connection")
        self.ended_by_kit = self.closing is None
        self._socket.transport.abort()
        await self._reader

    def stimulate(self) -> None:
        """Declare that what was sent last is what the case is about."""
        self._trace.stimulate()

    def stall(self) -> None:
        """Stop reading, as a peer does whose network has gone; the socket stays open."""
        self._trace.add(self.label, "noted", "stops reading")
        self._socket.transport.pause_reading()

    async def release(self) -> None:
        """End the connection when the case is over, without a trace of it."""
        self._released = True
        self._socket.transport.abort()
        await self._reader

    async def _send(self, frame: str | bytes | Iterable[str]) -> None:
        seconds = DEAF * self._deadline
        try:
            async with asyncio.timeout(seconds):
                await self._socket.send(frame)
        except TimeoutError:
            side = self.legality.side
            raise Silence(
                expected=f"that the {side} reads what is sent on connection {self.label}",
                received=f"it does not within {seconds:g} s",
                kind=Kind.NOT_READ,
                connection=self.label,
            ) from None
        except (ConnectionClosed, AttributeError) as error:
            # websockets raises the latter when its transport is gone in the middle of a frame.
            raise await self._ended() from error

    async def _ended(self) -> ClosedEarly:
        await self._reader
        return self._closed_early(expected="an open connection to send on")

    def _closed_early(self, **facts: Any) -> ClosedEarly:
        assert self.closing is not None
        return ClosedEarly(
            received=str(self.closing),
            close_code=self.closing.code,
            connection=self.label,
            **facts,
        )

    async def _read(self) -> None:
        frames = content = 0
        try:
            async for frame in self._socket:
                frames += 1
                content += len(frame)
                self._trace.add(self.label, "received", frame)
                if frames > MOST_FRAMES or content > MOST_BYTES:
                    self._give_up(f"more than {frames - 1:,} frames, {content:,} bytes, and no end")
                    break
                self._take(frame)
                self._news.set()
                if not frames % YIELD:  # what comes without a pause must not hold up the deadlines
                    await asyncio.sleep(0)
        except ConnectionClosed as error:
            if error.sent is not None and error.sent.code == TOO_BIG and error.rcvd is None:
                self._give_up(f"a frame of more than {LARGEST >> 20} MiB")
        code, reason = self._socket.close_code, self._socket.close_reason
        self.closing = Closing(self.label, code or 1006, reason or "")
        self.ended = time.monotonic()
        if not self._released:
            ended: Change | None = "closed" if self.closing.code != 1006 else None
            self._trace.add(self.label, "noted", str(self.closing), ended)
        self._news.set()

    def _give_up(self, received: str) -> None:
        """End a connection that brings more than can be asked for; that is the server's fault."""
        self.legality.violations.append(
            Violation(
                expected="no more than what was asked for",
                received=received,
                kind=Kind.FLOOD,
                connection=self.label,
            )
        )
        self._socket.transport.abort()

    def _take(self, frame: str | bytes) -> None:
        TALLY.frames += 1
        if isinstance(frame, bytes):
            announcement = self.legality.binary(frame)
            if announcement is not None:
                self.received.append(Received(announcement, frame))
            return
        event = self.legality.text(frame)
        if event is not None:
            self.fences.received(event)
        if event is not None and event.name != "_BIN_META":
            self.received.append(Received(event))

    def first_violation(self) -> Violation | None:
        """The first illegal frame that the server sent, or None."""
        return next(iter(self.legality.violations), None)
