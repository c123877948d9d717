"""Mutants of spec/transport.md, and other faults that show only when the transport fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import ClassVar

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from tests.mutants.frames import JSON, walk
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class MournsForever(Mutant):
    """It rejects clients of a session whose last connection ended without a close frame."""

    breaks = "transport-any-end"
    mourning = False

    def take_over(self, link: Link) -> None:
        if self.mourning:
            link.close(1011)
        else:
            super().take_over(link)

    def leave(self, link: Link) -> None:
        super().leave(link)
        self.mourning |= link.socket.close_code == 1006


class DeafToBytes(ServerConnection):
    """Drops each segment of a single byte."""

    def data_received(self, data: bytes) -> None:
        if len(data) > 1:
            super().data_received(data)


class DropsSingleBytes(Mutant):
    """It loses a byte that arrives alone."""

    breaks = "transport-segments"
    connection = DeafToBytes


class Unmasking(ServerConnection):
    """Puts a mask on a text frame of up to 65,535 bytes that has none."""

    def data_received(self, data: bytes) -> None:
        header = data[:2].ljust(2, b"\xff")
        if self.protocol.state is State.OPEN and header[0] == 0x81 and header[1] < 0x80:
            payload = data[4:] if header[1] == 126 else data[2:]
            data = Frame(Opcode.TEXT, payload).serialize(mask=True)
        super().data_received(data)


class TakesUnmasked(Mutant):
    """It reads frames without a mask."""

    breaks = "transport-broken-frame"
    connection = Unmasking


class ClearsReserved(ServerConnection):
    """Clears the reserved bits of a segment that begins with a frame."""

    def data_received(self, data: bytes) -> None:
        if self.protocol.state is State.OPEN and data[0] & 0xF0 in (0x90, 0xA0, 0xC0):
            data = bytes([data[0] & 0x8F]) + data[1:]
        super().data_received(data)


class IgnoresReservedBits(Mutant):
    """It reads frames with reserved bits."""

    breaks = "transport-broken-frame"
    connection = ClearsReserved


class ReadsBrokenText(Mutant):
    """It reads text that is not UTF-8, with a replacement character for what is wrong."""

    breaks = "transport-broken-frame"

    async def read(self, socket: ServerConnection) -> AsyncIterator[str | bytes]:
        while True:
            content = await socket.recv(decode=False)
            yield content.decode(errors="replace") if content.startswith(b'{"') else content


class DecodesFragments(Mutant):
    """It decodes each fragment of a message separately."""

    breaks = "connection-fragments"

    async def read(self, socket: ServerConnection) -> AsyncIterator[str | bytes]:
        while True:
            parts = [part async for part in socket.recv_streaming(decode=False)]
            if parts[0].startswith(b"{"):
                yield "".join(part.decode(errors="replace") for part in parts)
            else:
                yield b"".join(parts)


class Queueing(ServerConnection):
    """Reads nothing as long as twenty connections before it are in their handshake."""

    unfinished: ClassVar[list[ServerConnection]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.unfinished.append(self)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.finish()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self not in self.unfinished[20:]:
            super().data_received(data)
            if self.protocol.state is not State.CONNECTING:
                self.finish()

    def finish(self) -> None:
        """Make room for another handshake."""
        if self in self.unfinished:
            self.unfinished.remove(self)


class ShakesTwentyHands(Mutant):
    """It ignores events while twenty other connections have not finished their handshake."""

    breaks = "transport-unfinished"
    connection = Queueing


class BelievesLengths(ServerConnection):
    """Makes room for a terabyte, which takes its time, when a header claims as much or more."""

    def data_received(self, data: bytes) -> None:
        claims = int.from_bytes(data[2:10]) if data[1:2] == b"\xff" else 0
        if self.protocol.state is State.OPEN and claims >= 1 << 40:
            time.sleep(5)
        super().data_received(data)


class MakesRoomForLies(Mutant):
    """It does nothing for five seconds when a header claims a terabyte."""

    breaks = "connection-isolation"
    connection = BelievesLengths


class SharesBeyondHundred(Mutant):
    """It has at most a hundred sessions, and all later names share one."""

    breaks = "session-apart"

    def take_over(self, link: Link) -> None:
        connected = [s for s in self.server.sessions.values() if s.link is not None]
        if len(connected) >= 100:
            self.documents = connected[-1].documents
        super().take_over(link)


class StopsAfterThousands(Mutant):
    """It applies the first 5,000 operations of a patch."""

    breaks = "patch-atomic"

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        most = 5_000
        return super().apply_patch(
            state, operations[:most] if isinstance(operations, list) else operations
        )


class LeavesOutDepths(Mutant):
    """It reads a value without what is nested deeper than 100 levels."""

    breaks = "events-depth-limit"

    def check(self, value: JSON) -> None:
        for level, part in walk(value):
            if level > 100 and isinstance(part, dict | list):
                part.clear()
        super().check(value)


class TakesWhatItCannotSend(Mutant):
    """It accepts values of 200 levels, and closes a connection on which it must send 100."""

    breaks = "transport-any-end"

    def send(self, link: Link, type_: str, data: JSON) -> None:
        if any(level > 100 for level, _ in walk(data)):
            link.close(1011)
        else:
            super().send(link, type_, data)
