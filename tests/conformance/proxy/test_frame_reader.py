"""The frame reader reads any pieces of a stream as a WebSocket library does."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from conformance.driver.raw_socket import frame
from conformance.proxy.frame_reader import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    Control,
    FrameReader,
    Invalid,
    Message,
    Parsed,
    TooLarge,
)

SIZES = st.one_of(st.integers(0, 300), st.integers(65_530, 65_600))
PAYLOADS = SIZES.map(lambda size: bytes(i % 251 for i in range(size)))
LIMIT = 100_000


def read(stream: bytes, *cuts: int, masked: bool = True, limit: int = LIMIT) -> list[Parsed]:
    """Read a stream that arrives in pieces."""
    frames = FrameReader(masked=masked, limit=limit)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [part for a, b in itertools.pairwise(edges) for part in frames.feed(stream[a:b])]


@given(
    st.lists(st.tuples(st.sampled_from([TEXT, BINARY]), PAYLOADS, st.integers(0, 3)), max_size=5),
    st.lists(st.integers(min_value=0), max_size=6),
    st.booleans(),
)
def test_messages_are_read_whatever_the_pieces_and_fragments(
    messages: list[tuple[int, bytes, int]], cuts: list[int], masked: bool
) -> None:
    stream = b""
    for opcode, payload, more in messages:
        size = max(len(payload) // (more + 1), 1)
        parts = [payload[i : i + size] for i in range(0, len(payload), size)] or [b""]
        for number, part in enumerate(parts):
            code = Opcode(opcode) if number == 0 else Opcode.CONT
            last = number == len(parts) - 1
            stream += Frame(code, part, fin=last).serialize(mask=masked)
            if not last:
                stream += Frame(Opcode.PING, b"between").serialize(mask=masked)
    found = [part for part in read(stream, *cuts, masked=masked) if not isinstance(part, Control)]
    assert found == [Message(payload, opcode == TEXT) for opcode, payload, _ in messages]


@given(st.lists(st.integers(min_value=0), max_size=6), st.integers(1, 4))
def test_large_messages_are_left_out_and_the_next_is_read(cuts: list[int], pieces: int) -> None:
    size = LIMIT // pieces + 1
    stream = b"".join(
        frame(b"x" * size, Opcode.TEXT if i == 0 else Opcode.CONT, fin=i == pieces - 1)
        for i in range(pieces)
    )
    stream += frame(b"next")
    assert read(stream, *cuts) == [TooLarge(size * pieces), Message(b"next", is_text=True)]


def test_a_claimed_length_is_not_waited_for_in_memory() -> None:
    frames = FrameReader(masked=True, limit=LIMIT)
    assert frames.feed(frame(b"", claims=1 << 40)) == [TooLarge(1 << 40)]
    assert frames.feed(b"x" * 1_000_000) == []
    assert not frames._rest


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (frame(b"x", masked=False), "a frame without a mask"),
        (frame(b"x", reserved=4), "reserved bit"),
        (frame(b"x", 3), "reserved opcode 3"),
        (frame(b"x", 11), "reserved opcode 11"),
        (frame(b"x" * 126, Opcode.PING), "control frame"),
        (frame(b"x", Opcode.PING, fin=False), "control frame"),
        (frame(b"x", Opcode.CLOSE), "one byte"),
        (frame(b"x", Opcode.CONT), "continuation frame without"),
        (frame(b"x", fin=False) + frame(b"y"), "before the last fragment"),
        (frame(b"", claims=1 << 63), "first bit"),
    ],
    ids=[
        *("no mask", "reserved bit", "opcode 3", "opcode 11", "long ping", "ping in fragments"),
        *("close of one byte", "continuation", "message in a message", "first bit of a length"),
    ],
)
def test_what_is_no_frame_ends_the_reading(bad: bytes, reason: str) -> None:
    found = read(frame(b"before") + bad + frame(b"behind"))
    assert found[0] == Message(b"before", is_text=True)
    [invalid] = found[1:]
    assert isinstance(invalid, Invalid)
    assert reason in invalid.reason


def test_control_frames_are_told_with_their_payload() -> None:
    stream = frame(b"hi", Opcode.PING) + frame(b"\x03\xe8bye", Opcode.CLOSE)
    assert read(stream) == [Control(PING, b"hi"), Control(CLOSE, b"\x03\xe8bye")]
