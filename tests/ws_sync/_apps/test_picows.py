"""Tests of `ws_sync._apps.picows`: the rules of RFC 6455 above single frames."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
import websockets

from tests.ws_sync.harness import DEADLINE, Client
from ws_sync import Session, Sync
from ws_sync._apps.picows import AHEAD, MAX_MESSAGE, Server
from ws_sync._server.transport import Transport
from ws_sync.sessions import identify

pytestmark = pytest.mark.io

Endpoint = Callable[[Transport], Awaitable[None]]


class Notes:
    def __init__(self) -> None:
        self.text = ""
        self.sync = Sync(self, "NOTES", sync_all=True)


@asynccontextmanager
async def serving(endpoint: Endpoint, deadline: float = 5.0) -> AsyncIterator[str]:
    """Serve an endpoint at `/notes` only."""
    server = Server(lambda path: endpoint if path == "/notes" else None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await server.start(listener)
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            await server.close(deadline)


@contextmanager
def session() -> Iterator[tuple[Session, Notes]]:
    with Session() as made:
        notes = Notes()
    yield made, notes


async def echo(ws: Transport) -> None:
    await ws.accept()
    while (message := await ws.receive())["type"] == "websocket.receive":
        text = message.get("text")
        await (ws.send_bytes(message["bytes"]) if text is None else ws.send_text(text))


async def test_session_is_served() -> None:
    with session() as (served, notes):
        async with (
            serving(served.handle_connection) as url,
            websockets.connect(f"{url}/notes?a=b") as connection,
        ):
            client = Client(connection)
            assert await client.receive() == ("_SET:NOTES", {"text": ""})
            notes.text = "x" * 100_000
            await notes.sync()
            assert (await client.receive())[0] == "_PATCH:NOTES"
            await client.patch("NOTES", "replace", "/text", value="é")
            assert await client.fence("NOTES") == ([], {"text": "é"})
            await served.disconnect("go")
            assert await client.receive() == ("_DISCONNECT", "go")
            assert await client.close_code() == 1000


async def test_identification_works() -> None:
    async def endpoint(ws: Transport) -> None:
        pair = await identify(ws)
        await ws.send_text(json.dumps({"type": "PAIR", "data": pair}))

    async with serving(endpoint) as url, websockets.connect(f"{url}/notes") as connection:
        client = Client(connection)
        await client.receive()
        await client.send("_USER_SESSION", {"user": "u", "session": "s"})
        assert await client.receive() == ("PAIR", ["u", "s"])
        assert await client.close_code() == 1000


async def test_unknown_path_is_not_found() -> None:
    async with serving(echo) as url:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(f"{url}/elsewhere")
        assert refused.value.response.status_code == 404


@pytest.mark.parametrize(
    "parts", [["Grü", "ße"], [b"\x00", b"", b"\xff"], ["", "x"]], ids=["text", "bytes", "empty"]
)
async def test_fragments_are_joined(parts: list[str | bytes]) -> None:
    async with serving(echo) as url, websockets.connect(f"{url}/notes") as connection:
        await connection.send(parts)
        async with asyncio.timeout(DEADLINE):
            assert await connection.recv() == type(parts[0])().join(parts)  # type: ignore[arg-type]


async def test_endpoint_hears_what_was_sent_before_the_end_and_the_close_code() -> None:
    heard: list[object] = []
    ended = asyncio.Event()

    async def endpoint(ws: Transport) -> None:
        await ws.accept()
        await ws.send_text("ready")
        while (message := await ws.receive())["type"] == "websocket.receive":
            heard.append(message["text"])
        heard.append(message["code"])
        ended.set()

    async with serving(endpoint) as url:
        async with websockets.connect(f"{url}/notes") as connection:
            await connection.recv()
            await connection.send("last words")
            await connection.close(4321)
            assert connection.close_code == 4321
        async with asyncio.timeout(DEADLINE):
            await ended.wait()
    assert heard == ["last words", 4321]


async def test_failing_endpoint_closes_with_1011(caplog: pytest.LogCaptureFixture) -> None:
    async def endpoint(_: Transport) -> None:
        raise RuntimeError("no database")

    async with serving(endpoint) as url, websockets.connect(f"{url}/notes") as connection:
        assert await Client(connection).close_code() == 1011
    assert "the endpoint of a connection failed" in caplog.text


NO_MASK = bytes(4)
EMPTY = b"\x80" + NO_MASK
ONE = b"\x81" + NO_MASK
FRAMES = {
    "reserved bit": (b"\xc1" + EMPTY, 1002),
    "continuation of nothing": (b"\x80" + EMPTY, 1002),
    "text between fragments": (b"\x01" + EMPTY + b"\x81" + EMPTY, 1002),
    "no UTF-8": (b"\x81" + ONE + b"\xff", 1007),
    "no UTF-8 in fragments": (b"\x01" + ONE + b"\xc3" + b"\x80" + ONE + b"\xc3", 1007),
    "too big": (b"\x81\xff" + (MAX_MESSAGE + 1).to_bytes(8) + NO_MASK, 1009),
    "too big in fragments": (
        (b"\x01\xff" + MAX_MESSAGE.to_bytes(8) + NO_MASK + bytes(MAX_MESSAGE))
        + (b"\x80" + ONE + b"x"),
        1009,
    ),
}


@pytest.mark.parametrize("name", FRAMES)
async def test_forbidden_frame_closes_with_its_code(name: str) -> None:
    frames, code = FRAMES[name]
    async with serving(echo) as url, websockets.connect(f"{url}/notes") as connection:
        connection.transport.write(frames)
        assert await Client(connection).close_code() == code


async def test_reading_pauses_while_the_endpoint_lags_and_goes_on() -> None:
    may_read = asyncio.Event()
    total = 0

    async def endpoint(ws: Transport) -> None:
        nonlocal total
        await ws.accept()
        await may_read.wait()
        while total < 40 * AHEAD:
            total += len((await ws.receive())["bytes"])

    async with (
        serving(endpoint) as url,
        websockets.connect(f"{url}/notes", compression=None) as connection,
    ):
        sending = asyncio.create_task(_send(connection, 40))
        done, _ = await asyncio.wait([sending], timeout=0.2)
        assert not done  # most of it can only wait here
        may_read.set()
        async with asyncio.timeout(DEADLINE):
            await sending
        assert await Client(connection).close_code() == 1000
    assert total == 40 * AHEAD


async def _send(connection: websockets.ClientConnection, number: int) -> None:
    for _ in range(number):
        await connection.send(bytes(AHEAD))


async def test_server_ends_though_an_endpoint_hangs() -> None:
    async def endpoint(ws: Transport) -> None:
        await ws.accept()
        await ws.send_text("hanging")
        await asyncio.Event().wait()

    async with serving(endpoint, deadline=0.05) as url:
        connection = await websockets.connect(f"{url}/notes")
        await connection.recv()
    assert await Client(connection).close_code() == 1011
