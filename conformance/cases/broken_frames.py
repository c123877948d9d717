"""Frames that violate RFC 6455, and frames that are not complete.

Each contains the same event, which has no effect unless the server reads the frame.
"""

from __future__ import annotations

from websockets.frames import Opcode

from conformance.driver.raw_socket import fragments, frame
from conformance.protocol.wire import JSON, Event

LIES = [1 << 40, 1 << 62, (1 << 64) - 1]
"""Lengths in a header whose payload never arrives."""


def assigning(value: JSON, name: str = "text") -> str:
    """The text frame of an `assign`."""
    return Event("_ACTION:TESTEE", {"type": "assign", "name": name, "value": value}).text()


ASSIGN_LOST = assigning("lost").encode()

BROKEN = {
    "without-mask": frame(ASSIGN_LOST, masked=False),
    "first-reserved-bit": frame(ASSIGN_LOST, reserved=4),
    "second-reserved-bit": frame(ASSIGN_LOST, reserved=2),
    "third-reserved-bit": frame(ASSIGN_LOST, reserved=1),
    "reserved-data-opcode": frame(ASSIGN_LOST, 3),
    "reserved-control-opcode": frame(ASSIGN_LOST, 11),
    "ping-in-fragments": frame(ASSIGN_LOST, Opcode.PING, fin=False),
    "ping-of-200-bytes": frame(ASSIGN_LOST.ljust(200), Opcode.PING),
    "close-of-one-byte": frame(b"\x03", Opcode.CLOSE),
    "close-of-200-bytes": frame(b"\x03\xe8" + b"x" * 198, Opcode.CLOSE),
    "close-with-a-reserved-code": frame(b"\x03\xed", Opcode.CLOSE),
    "continuation-of-nothing": frame(ASSIGN_LOST, Opcode.CONT),
    "message-inside-a-message": frame(b'{"type":', fin=False) + frame(ASSIGN_LOST),
    "byte-that-is-no-utf-8": frame(ASSIGN_LOST.replace(b"lost", b"lo\xffst")),
    "overlong-utf-8": frame(ASSIGN_LOST.replace(b"lost", b"lo\xc0\xafst")),
    "surrogate-in-utf-8": frame(ASSIGN_LOST.replace(b"lost", b"lo\xed\xa0\x80st")),
    "half-a-character": frame(ASSIGN_LOST.replace(b"lost", b"lo\xf0\x9f\x98st")),
}
"""Frames that RFC 6455 forbids."""

CUT = {
    "in-its-header": frame(ASSIGN_LOST)[:1],
    "in-its-mask": frame(ASSIGN_LOST)[:4],
    "in-its-payload": frame(ASSIGN_LOST)[:-1],
    "between-fragments": fragments(ASSIGN_LOST, 20)[0] + frame(ASSIGN_LOST[20:], 0, fin=False),
}
"""The bytes before a reset in the middle of a frame or of a message."""
