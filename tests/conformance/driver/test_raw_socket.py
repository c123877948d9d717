"""Frames of the kit's own, compared with the parser of the library."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from conformance.driver.connection import Connection
from conformance.driver.raw_socket import HandshakeFailed, Line, fragments, frame, reset
from conformance.driver.trace import Trace
from tests.deadlines import DEADLINE


def read(content: bytes) -> Protocol:
    """A server's parser that has received bytes."""
    protocol = Protocol(Side.SERVER, max_size=None)
    protocol.receive_data(content)
    return protocol


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536])
def test_frame_is_read_back(length: int) -> None:
    payload = bytes(n % 251 for n in range(length))
    (event,) = read(frame(payload, Opcode.BINARY)).events_received()
    assert isinstance(event, Frame)
    assert (event.opcode, event.data, event.fin) == (Opcode.BINARY, payload, True)


@pytest.mark.parametrize(
    "content",
    [
        frame(b"x", masked=False),
        frame(b"x", reserved=4),
        frame(b"x", reserved=2),
        frame(b"x", reserved=1),
        frame(b"x", 3),
        frame(b"x", Opcode.PING, fin=False),
        frame(b"x" * 126, Opcode.PING),
        frame(b"x", Opcode.CLOSE),
        frame(b"x", Opcode.CONT),
    ],
    ids=["mask", "rsv1", "rsv2", "rsv3", "opcode", "fin", "length", "close", "continuation"],
)
def test_broken_frame_is_broken_for_the_library(content: bytes) -> None:
    assert isinstance(read(content).parser_exc, ProtocolError)


def test_header_claims_what_it_is_told() -> None:
    assert frame(b"x", masked=False, claims=1 << 62)[:10].hex() == "817f4000000000000000"


def test_fragments_are_one_message() -> None:
    events = read(b"".join(fragments(b"abcdef", 1, 4))).events_received()
    assert [(e.opcode, bytes(e.data), e.fin) for e in events if isinstance(e, Frame)] == [
        (Opcode.TEXT, b"a", False),
        (Opcode.CONT, b"bcd", False),
        (Opcode.CONT, b"ef", True),
    ]


@pytest.mark.io
async def test_line_becomes_a_connection_that_reads_and_closes() -> None:
    async def echo(socket: ServerConnection) -> None:
        async for content in socket:
            await socket.send([str(content)[:5], str(content)[5:]])
        assert socket.close_code == 1000

    async with serve(echo, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/a?b=c"
        line = await Line.open(url, "A", Trace(), 5)
        await line.write(line.handshake())
        connection = Connection(await line.upgraded(5), "A", Trace(), 5)
        await connection.send("custom", "Grüße")
        await connection.wait(
            lambda received: received.event.data == "Grüße", "the echo", since=0, requirement=None
        )
        await connection.close()
    assert connection.closing is not None
    assert connection.closing.code == 1000


@pytest.mark.io
@pytest.mark.parametrize("answer", [b"HTTP/1.1 404 Not Found\r\n\r\n", b"HTTP/1.1 101 "])
async def test_other_answer_is_no_websocket(answer: bytes) -> None:
    async def serve_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve_once, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        line = await Line.open(f"ws://127.0.0.1:{port}/", "A", Trace(), 5)
        with pytest.raises(HandshakeFailed):
            await line.upgraded(5)
        line.release()


@pytest.mark.io
async def test_reset_arrives_as_an_error() -> None:
    ended: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            ended.set_result(await reader.read())
        except ConnectionError as error:
            ended.set_exception(error)
        writer.close()

    async with await asyncio.start_server(record, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        reset(writer.transport)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(ended, DEADLINE)
