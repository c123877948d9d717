"""Reads the frames in a stream of bytes that somebody else receives (RFC 6455, section 5).

A WebSocket library answers what it reads and keeps all of it. This only looks on: it answers
nothing, and keeps no more of a message than a limit.
"""

from __future__ import annotations

try:
    from websockets.speedups import apply_mask
except ImportError:  # it was built without its C extension
    from websockets.utils import apply_mask

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
LARGE = -1
"""In the place of an opcode: a message over the limit, whose payload is its size in digits."""
BROKEN = -2
"""In the place of an opcode: what follows is not read any more; the payload says why."""

Part = tuple[int, bytes]
"""A whole message or a control frame: its opcode and its payload."""


class Frames:
    """The frames of one direction.

    Attributes:
        broken: Whether the stream has stopped to be one of frames.
    """

    def __init__(self, *, masked: bool, limit: int) -> None:
        self.broken = False
        self._masked = masked
        self._limit = limit
        self._rest = bytearray()
        self._needed = 2
        self._skipped = 0
        self._message: list[bytes] | None = None
        self._opcode = 0
        self._size = 0

    def feed(self, data: bytes) -> list[Part]:
        """The messages and control frames that end in the bytes which come next."""
        if self.broken:
            return []
        if self._skipped:
            left = self._skipped - len(data)
            self._skipped = max(left, 0)
            if left >= 0:
                return []
            data = data[left:]
        buffer: bytes | bytearray = data
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return []
            buffer = self._rest
        found: list[Part] = []
        position = self._read(buffer, found)
        self._rest = bytearray() if self.broken else bytearray(buffer[position:])
        return found

    def _read(self, buffer: bytes | bytearray, found: list[Part]) -> int:
        """Read whole frames; the position behind the last, and set what the next one needs."""
        position, end = 0, len(buffer)
        while True:
            self._needed = 2
            if end - position < 2:
                return position
            first, second = buffer[position], buffer[position + 1]
            length, begin = second & 127, position + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                self._needed = 2 + wide
                if end - position < self._needed:
                    return position
                length = int.from_bytes(buffer[begin : begin + wide], "big")
                begin += wide
            if wrong := self._forbidden(first, second, length):
                self.broken = True
                found.append((BROKEN, wrong.encode()))
                return position
            if self._masked:
                begin += 4
            self._needed = begin - position + length
            fits = first & 8 or length + self._size <= self._limit
            if fits and end - position < self._needed:
                return position
            if not fits:
                if end < begin:
                    self._needed = begin - position
                    return position
                self._skip(first, length, found)
                self._skipped = max(begin + length - end, 0)
                position = min(begin + length, end)
                continue
            payload = bytes(buffer[begin : begin + length])
            if self._masked:
                payload = apply_mask(payload, bytes(buffer[begin - 4 : begin]))
            position = begin + length
            self._take(first, payload, found)

    def _forbidden(self, first: int, second: int, length: int) -> str:
        opcode = first & 15
        if bool(second & 128) is not self._masked:
            return "a frame with a mask" if second & 128 else "a frame without a mask"
        if first & 0x70:
            return "a frame with a reserved bit"
        if opcode & 8:
            if opcode > PONG:
                return f"a frame with the reserved opcode {opcode}"
            if length > 125 or not first & 128:
                return "a control frame that is fragmented or too long"
            if opcode == CLOSE and length == 1:
                return "a close frame with one byte"
            return ""
        if opcode > BINARY:
            return f"a frame with the reserved opcode {opcode}"
        if length >> 63:
            return "a frame whose length has its first bit set"
        if opcode == 0 and self._message is None:
            return "the continuation of nothing"
        if opcode and self._message is not None:
            return "a new message inside another one"
        return ""

    def _skip(self, first: int, length: int, found: list[Part]) -> None:
        """Leave out a frame that makes its message too large."""
        self._size += length
        if first & 15:
            self._opcode = first & 15
        self._message = None if first & 128 else []
        if first & 128:
            found.append((LARGE, b"%d" % self._size))
            self._size = 0

    def _take(self, first: int, payload: bytes, found: list[Part]) -> None:
        opcode = first & 15
        if opcode & 8:
            found.append((opcode, payload))
            return
        if first & 128 and self._message is None:
            found.append((opcode, payload))
            return
        if self._message is None:
            self._message, self._opcode = [], opcode
        self._size += len(payload)
        if self._size <= self._limit:
            self._message.append(payload)
        if first & 128:
            whole = b"".join(self._message)
            large = len(whole) < self._size
            found.append((LARGE, b"%d" % self._size) if large else (self._opcode, whole))
            self._message, self._size = None, 0
