"""The proxy on real sockets: bytes and ends are forwarded in both directions."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Request, Response
from websockets.typing import Origin, Subprotocol

from conformance.driver.raw_socket import Line, frame, reset
from conformance.driver.trace import Trace
from conformance.proxy.forwarder import ClientSide, Proxy, ServerSide
from tests.conformance.proxy.watching import Watching, watching
from tests.deadlines import DEADLINE

pytestmark = pytest.mark.io

Handler = Callable[[ServerConnection], Awaitable[None]]


async def echo(ws: ServerConnection) -> None:
    async for message in ws:
        await ws.send(message)


@asynccontextmanager
async def proxied(handler: Handler = echo, **options: object) -> AsyncIterator[Watching]:
    """Run the proxy before a server of the test."""
    options.setdefault("max_size", None)
    async with asyncio.timeout(4 * DEADLINE), serve(handler, "127.0.0.1", 0, **options) as server:  # type: ignore[arg-type]
        port = next(iter(server.sockets)).getsockname()[1]
        async with watching(f"ws://127.0.0.1:{port}") as watched:
            yield watched


async def until(watched: Watching, holds: Callable[[], bool]) -> None:
    """Wait for notifications until a condition holds."""
    async with asyncio.timeout(DEADLINE):
        while not holds():
            watched.heard.news.clear()
            await watched.heard.news.wait()


async def test_text_bytes_fragments_and_pings_pass() -> None:
    async with proxied() as watched, connect(watched.url, max_size=None) as ws:
        big = "ä" * (8 << 20)  # 16 MiB
        for message in ("text", b"bytes", "", b"", big):
            await ws.send(message)
            assert await ws.recv() == message
        await ws.send(["in ", "pieces"])
        assert await ws.recv() == "in pieces"
        await (await ws.ping())
    await until(watched, lambda: bool(watched.heard.closed))
    assert watched.watcher.totals()[0] == 12
    assert watched.broken("server") == {"events-strict-json", "binary-pair"}


async def test_request_and_answer_pass() -> None:
    seen: list[Request] = []

    async def note(ws: ServerConnection) -> None:
        assert ws.request is not None
        seen.append(ws.request)
        await ws.wait_closed()

    headers = {"Cookie": "session=1", "Authorization": "Bearer x", "X-Own": "yes"}
    async with proxied(note, subprotocols=[Subprotocol("b")]) as watched:
        url = f"{watched.url}/ws/a%20b?c=d&e"
        async with connect(
            url,
            subprotocols=[Subprotocol("a"), Subprotocol("b")],
            additional_headers=headers,
            origin=Origin("http://app.example"),
        ) as ws:
            assert ws.subprotocol == "b"
            assert ws.protocol.extensions == []
        (request,) = seen
        assert request.path == "/ws/a%20b?c=d&e"
        assert request.headers["Origin"] == "http://app.example"
        assert {name: request.headers[name] for name in headers} == headers
        assert request.headers["Host"] == watched.proxy.target.netloc


async def test_path_of_the_target_stands_before_the_clients() -> None:
    paths: list[str] = []

    async def note(ws: ServerConnection) -> None:
        assert ws.request is not None
        paths.append(ws.request.path)

    async with (
        proxied(note) as inner,
        watching(f"{inner.url}/app/") as outer,
        connect(f"{outer.url}/ws?x=1") as ws,
    ):
        await ws.wait_closed()
    assert paths == ["/app/ws?x=1"]


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 4401])
async def test_close_codes_pass_both_ways(code: int) -> None:
    codes: asyncio.Queue[tuple[int | None, str | None]] = asyncio.Queue()

    async def close(ws: ServerConnection) -> None:
        if await ws.recv() == "you":
            await ws.close(code, "said the server")
        await ws.wait_closed()
        codes.put_nowait((ws.close_code, ws.close_reason))

    async with proxied(close) as watched:
        async with connect(watched.url) as ws:
            await ws.send("you")
            await ws.wait_closed()
            assert (ws.close_code, ws.close_reason) == (code, "said the server")
        async with connect(watched.url) as ws:
            await ws.send("I")
            await ws.close(code, "said the client")
        await until(watched, lambda: len(watched.heard.closed) == 2)
        assert [await codes.get(), await codes.get()][1] == (code, "said the client")
        by = [str(closed.ending) for closed in watched.heard.closed]
    assert by == [
        f"closed by the server with code {code} ('said the server')",
        f"closed by the client with code {code} ('said the client')",
    ]


async def test_reset_passes_to_the_server() -> None:
    lost: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

    async def wait(ws: ServerConnection) -> None:
        await ws.send("hello")
        try:
            await ws.recv()
        except ConnectionClosed as error:
            lost.set_result(error.__cause__)

    async with proxied(wait) as watched:
        async with connect(watched.url) as ws:
            await ws.recv()
            reset(ws.transport)
        assert isinstance(await lost, ConnectionResetError)
        await until(watched, lambda: bool(watched.heard.closed))
        assert str(watched.heard.closed[0].ending) == "ended without a close frame by the client"


async def test_cut_passes_to_the_client() -> None:
    async def cut(ws: ServerConnection) -> None:
        await ws.send("hello")
        ws.transport.abort()

    async with proxied(cut) as watched:
        async with connect(watched.url) as ws:
            await ws.recv()
            with pytest.raises(ConnectionClosed):
                await ws.recv()
            assert ws.close_code == 1006
        await until(watched, lambda: bool(watched.heard.closed))
        assert str(watched.heard.closed[0].ending) == "ended without a close frame by the server"


async def test_who_does_not_read_stops_the_other() -> None:
    """The proxy's buffer stays small, however much the server sends."""
    sent = 0

    async def flood(ws: ServerConnection) -> None:
        nonlocal sent
        while True:
            await ws.send(b"x" * 65536)
            sent += 65536

    async with proxied(flood, write_limit=65536) as watched:
        line = await Line.open(watched.url, "A", Trace(), DEADLINE)
        line._writer.transport.pause_reading()  # type: ignore[attr-defined]
        await line.write(line.handshake())
        await until(watched, lambda: watched.watcher.opened == 1)
        (client_side,) = watched.proxy.tunnels
        before = -1
        async with asyncio.timeout(DEADLINE):
            while sent != before or not client_side.stalled:  # until nothing moves
                before = sent
                await asyncio.sleep(0.2)
        assert client_side.transport.get_write_buffer_size() < 1 << 20
        assert watched.heard.closed == []
        line.release()


async def test_who_floods_before_the_answer_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the answer too, while the server does not read."""
    answer, over = asyncio.Event(), asyncio.Event()
    sent = 0

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await answer.wait()
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        await over.wait()
        writer.transport.abort()

    async def connect_narrowly(proxy: Proxy, client: ClientSide) -> ServerSide:
        """Connect with the smallest buffer that the system permits."""
        loop = asyncio.get_running_loop()
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        narrow.setblocking(False)
        await loop.sock_connect(narrow, (proxy.target.hostname, proxy.target.port))
        return (await loop.create_connection(lambda: ServerSide(client), sock=narrow))[1]

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(frame(bytes(1 << 16)))
            await writer.drain()
            sent += 1 << 16

    monkeypatch.setattr(Proxy, "connect", connect_narrowly)
    wall = socket.socket()
    wall.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    wall.bind(("127.0.0.1", 0))
    async with (
        asyncio.timeout(DEADLINE),
        await asyncio.start_server(deaf, sock=wall),
        watching(f"ws://127.0.0.1:{wall.getsockname()[1]}") as watched,
    ):
        _, writer = await asyncio.open_connection("127.0.0.1", watched.port)
        writer.write(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
        flooding = asyncio.create_task(flood(writer))
        await at_rest(lambda: sent)
        answer.set()
        await until(watched, lambda: watched.watcher.opened == 1)
        await at_rest(lambda: sent)
        (client_side,) = watched.proxy.tunnels
        assert client_side.other is not None
        assert client_side.other.transport.get_write_buffer_size() < 1 << 20
        flooding.cancel()
        over.set()
        writer.transport.abort()


@pytest.mark.parametrize("upgrade", [b"", b"Upgrade: websocket\r\n"])
async def test_body_of_a_request_passes_whatever_the_answer_is(upgrade: bytes) -> None:
    body = b"x" * (4 << 20)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 No\r\n\r\n")
        got = await reader.readexactly(len(body))
        writer.write(b"%d" % len(got))
        writer.close()

    async with (
        asyncio.timeout(DEADLINE),
        await asyncio.start_server(take, "127.0.0.1", 0) as server,
        watching(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}") as watched,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", watched.port)
        writer.write(b"POST / HTTP/1.1\r\n%s\r\n" % upgrade + body)
        assert (await reader.read()).endswith(b"%d" % len(body))
        writer.close()


async def at_rest(count: Callable[[], int]) -> None:
    """Wait until a number no longer rises."""
    before = -1
    while count() != before and count() < 16 << 20:
        before = count()
        await asyncio.sleep(0.2)


async def test_missing_target_is_told_and_it_recovers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with watching(f"ws://127.0.0.1:{port}") as watched:
        for _ in range(2):
            async with connect(watched.url) as ws:
                with pytest.raises(ConnectionClosed):
                    await ws.recv()
                assert ws.close_code == 1014
                assert "the target can't be reached" in (ws.close_reason or "")
        reader, writer = await asyncio.open_connection("127.0.0.1", watched.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 502 ")
        writer.close()
        async with serve(echo, "127.0.0.1", port), connect(watched.url) as ws:
            await ws.send("again")
            assert await ws.recv() == "again"
    told = [line for line in watched.heard.lines if "reached" in line]
    assert "can't be reached: " in told[0]
    assert told[1:] == [f" ws://127.0.0.1:{port} can be reached again"]


async def test_other_requests_pass_too() -> None:
    def answer(_: ServerConnection, request: Request) -> Response | None:
        if request.path == "/page":
            return Response(200, "OK", request.headers, b"a page")
        return Response(403, "Forbidden", request.headers, b"no") if "no" in request.path else None

    async with proxied(process_request=answer) as watched:
        reader, writer = await asyncio.open_connection("127.0.0.1", watched.port)
        writer.write(b"GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n")
        assert (await reader.read()).endswith(b"a page")
        writer.close()
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{watched.url}/no")
        assert refused.value.response.status_code == 403
        assert " the server answers 403 to a handshake at /no" in watched.heard.lines
        assert watched.watcher.opened == 0


@asynccontextmanager
async def before(answer: bytes) -> AsyncIterator[Watching]:
    """Run the proxy before a server that has the same answer to everything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.write_eof()
        await reader.read()
        writer.close()

    async with (
        asyncio.timeout(DEADLINE),
        await asyncio.start_server(serve, "127.0.0.1", 0) as server,
    ):
        port = server.sockets[0].getsockname()[1]
        async with watching(f"ws://127.0.0.1:{port}") as watched:
            yield watched


async def asked(watched: Watching, header: bytes = b"X: x") -> bytes:
    """Return the answer to a handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", watched.port)
    writer.write(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n%s\r\n\r\n" % header)
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("status", [b"1" * 5000, b"\xb2", b"-1", b""])
async def test_answer_without_a_status_passes(status: bytes) -> None:
    answer = b"HTTP/1.1 %s\r\n\r\n" % status
    async with before(answer) as watched:
        assert await asked(watched) == answer
        assert watched.heard.lines == [" the server answers 0 to a handshake at /"]


@pytest.mark.parametrize("hidden", [b"x\n", b"x\r", b"\0"])
async def test_header_inside_of_another_one_does_not_pass(hidden: bytes) -> None:
    async with before(b"HTTP/1.1 403 No\r\n\r\n") as watched:
        header = b"X: %sSec-WebSocket-Extensions: permessage-deflate" % hidden
        assert (await asked(watched, header)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "a, localhost", "[::1].x", "x\xff"]
)
async def test_request_under_a_foreign_name_does_not_reach_the_target(host: str) -> None:
    async with before(b"HTTP/1.1 200 OK\r\n\r\n") as watched:
        answer = await asked(watched, b"Host: " + host.encode("latin-1"))
        assert answer.startswith(b"HTTP/1.1 421 ")
        assert "is not a name of the proxy" in watched.heard.lines[0]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:9000", "192.0.2.1", "[::1]:9000", "localhost", "app.localhost:9000", "LOCALHOST"],
)
async def test_request_under_a_name_of_this_machine_reaches_the_target(host: str) -> None:
    async with before(b"HTTP/1.1 403 No\r\n\r\n") as watched:
        assert (await asked(watched, b"Host: " + host.encode())).startswith(b"HTTP/1.1 403 ")


async def test_what_comes_before_the_answer_hides_nothing() -> None:
    answer = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2000 + b"HTTP/1.1 101 Go on\r\n\r\n\x81\x01x"
    async with before(answer) as watched:
        assert await asked(watched) == answer
        await until(watched, lambda: bool(watched.heard.closed))
        assert watched.broken("server") == {"events-strict-json"}


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n", b"x" * 70_000, b"\r\n\r\n"]
)
async def test_garbage_is_refused(garbage: bytes) -> None:
    async with proxied() as watched:
        reader, writer = await asyncio.open_connection("127.0.0.1", watched.port)
        writer.write(garbage)
        assert (await reader.read(100)).startswith(b"HTTP/1.1 4")
        writer.close()
        async with connect(watched.url) as ws:
            await ws.send("fine")
            assert await ws.recv() == "fine"


async def test_bytes_that_are_no_frames_pass_and_are_told() -> None:
    async with proxied() as watched:
        line = await Line.open(watched.url, "A", Trace(), DEADLINE)
        await line.write(line.handshake())
        raw = await line.upgraded(DEADLINE)
        raw.transport.write(frame(b"{}", reserved=1))
        assert [message async for message in raw] == []
        assert raw.close_code == 1002
        line.release()
        assert watched.broken("client") == {"broken-frames"}


async def test_200_connections_pass() -> None:
    async with proxied() as watched:
        clients = await asyncio.gather(*(connect(watched.url) for _ in range(200)))
        await asyncio.gather(*(ws.send("x") for ws in clients))
        assert {await ws.recv() for ws in clients} == {"x"}
        assert len(watched.watcher.open_connections()) == 200
        await asyncio.gather(*(ws.close() for ws in clients))
        await until(watched, lambda: len(watched.heard.closed) == 200)


async def test_connection_that_the_proxy_ends_is_blamed_on_nobody_else() -> None:
    async with proxied() as watched, connect(watched.url):
        await until(watched, lambda: watched.watcher.opened == 1)
        watched.proxy.close()
        await until(watched, lambda: bool(watched.heard.closed))
        assert str(watched.heard.closed[0].ending) == "ended without a close frame by the proxy"


async def test_what_is_kept_is_bounded() -> None:
    async with proxied() as watched, connect(watched.url, max_queue=None) as ws:
        watched.watcher.record._most_bytes = 1 << 20
        for _ in range(3000):
            await ws.send("{" + "x" * 2000)
        for _ in range(3000):
            await ws.recv()
        record = watched.watcher.record
        assert record.bytes <= 1 << 20
        assert record.last == record.forgotten + len(record.since(0, 10_000))
        assert len(list(watched.watcher.findings)) == 2
        assert {found.count for found in watched.watcher.findings} == {3000}
