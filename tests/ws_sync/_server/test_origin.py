"""Tests of `ws_sync._server.origin`: the rules, and every entry point of a session."""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import websockets
from fastapi import Depends, FastAPI
from starlette.datastructures import Headers
from starlette.websockets import WebSocket

from tests.ws_sync import harness
from tests.ws_sync.harness import DEADLINE, Client, on_picows, on_uvicorn
from ws_sync import Session, Sessions, Sync, get_user_session, sync_all
from ws_sync._apps import picows
from ws_sync._server.origin import Origins, judge
from ws_sync.exceptions import RefusedOrigin

EVIL = "https://evil.example"
HERE = ("127.0.0.1", 50000)
AWAY = ("192.0.2.7", 50000)

TWICE = {400, 403}
"""Some servers reject a repeated header by themselves."""

Endpoint = Callable[[WebSocket], Awaitable[None]]


class Notes:
    sync: Sync

    @sync_all("NOTES")
    def __init__(self) -> None:
        self.text = ""


def headers(origin: str | None, host: str | None) -> Headers:
    return Headers({k: v for k, v in {"origin": origin, "host": host}.items() if v is not None})


def new_session(**options: object) -> Session:
    with Session(**options) as session:  # type: ignore[arg-type]
        notes = Notes()
        session.state = notes  # type: ignore[assignment]  # keeps it alive
    return session


@pytest.mark.io
@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "localhost:8000"),
        (None, None),
        ("https://app.example", "app.example"),
        ("https://app.example", "app.example:443"),
        ("https://app.example:443", "app.example"),
        ("http://app.example", "app.example:80"),
        ("http://app.example:8000", "app.example:8000"),
        ("https://APP.example", "app.EXAMPLE"),
        ("http://192.0.2.1:8000", "192.0.2.1:8000"),
        ("http://[2001:db8::1]:8000", "[2001:db8::1]:8000"),
        ("http://localhost:5173", "localhost:8000"),
        ("http://localhost:5173", "127.0.0.1:8000"),
        ("http://127.0.0.1:5173", "[::1]:8000"),
        ("https://app.localhost", "localhost:8000"),
        ("http://[::1]", "127.9.9.9"),
    ],
)
def test_page_may_connect(origin: str | None, host: str | None) -> None:
    assert judge(headers(origin, host), AWAY) is None


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (EVIL, "localhost:8000"),
        (EVIL, "app.example"),
        (EVIL, None),
        ("https://app.example", "app.example:8000"),
        ("https://app.example:8000", "app.example"),
        ("http://app.example:443", "app.example"),
        ("https://app.example.", "app.example"),
        ("https://app.example", "app.example."),
        ("https://app.example", "evil.example@app.example"),
        ("https://app.example", "app.example:"),
        ("https://app.example", "app.example:0443"),
        ("https://app.example", "app.example evil.example"),
        ("https://sub.app.example", "app.example"),
        ("https://app.example.evil.example", "app.example"),
        ("http://localhost:5173", "app.example"),
        ("http://localhost:5173", "localhost.evil.example"),
        ("http://localhost.evil.example", "localhost:8000"),
        ("http://127.0.0.1.evil.example", "127.0.0.1:8000"),
        ("http://0.0.0.0:5173", "localhost:8000"),
        ("http://192.0.2.1", "localhost:8000"),
        ("http://notlocalhost", "localhost:8000"),
        ("http://localhost.", "localhost:8000"),
        ("file://localhost", "localhost:8000"),
        ("chrome-extension://localhost", "localhost"),
    ],
)
def test_foreign_page_may_not_connect(origin: str, host: str | None) -> None:
    refusal = judge(headers(origin, host), AWAY)
    assert refusal is not None
    assert f"origins=['{origin}']" in refusal
    assert f"--origin {origin}" in refusal


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "localhost",
        "//localhost",
        "http://",
        "http://localhost:",
        "http://localhost:0",
        "http://localhost:99999999",
        "http://localhost/",
        "http://localhost:8000/ws",
        "http://user@localhost:8000",
        "http://evil.example@localhost:8000",
        "http://evil.example#@localhost:8000",
        "http://localhost:8000, http://localhost:8000",
        "http://localhost:8000 http://evil.example",
        "http://localhost:8000\t",
        "http://loc%61lhost:8000",
        "http://löcalhost:8000",
        "http://[::1%25lo]:8000",
        "http://localhost\\@evil.example:8000",
        "*",
    ],
)
def test_what_is_no_origin_may_not_connect(origin: str) -> None:
    raw = [(b"origin", origin.encode("latin-1")), (b"host", b"localhost:8000")]
    refusal = judge(Headers(raw=raw), HERE)
    assert refusal is not None
    assert "--origin" not in refusal


@pytest.mark.parametrize("name", ["origin", "host"])
def test_header_that_is_there_twice_counts_for_none(name: str) -> None:
    raw = [(b"origin", b"http://localhost:8000"), (b"host", b"localhost:8000")]
    assert judge(Headers(raw=raw), HERE) is None
    again = next(header for header in raw if header[0].decode() == name)
    assert judge(Headers(raw=[*raw, again]), HERE) is not None


@pytest.mark.io
@pytest.mark.parametrize(
    ("origin", "client", "admitted"),
    [
        ("http://rebound.example:8000", ("127.0.0.1", 50000), False),
        ("http://rebound.example:8000", ("::ffff:127.0.0.1", 50000, 0, 0), False),
        ("http://rebound.example:8000", ["::1", 50000], False),
        ("http://rebound.example:8000", AWAY, True),
        ("http://rebound.example:8000", None, True),
        ("http://rebound.example:8000", "", True),
        ("https://rebound.example:8000", HERE, True),
        ("http://192.0.2.1:8000", HERE, True),
        ("http://localhost:8000", HERE, True),
    ],
)
def test_name_that_may_be_rebound_is_no_proof_of_the_same_origin(
    origin: str, client: object, admitted: bool
) -> None:
    refusal = judge(headers(origin, origin.partition("//")[2]), client)
    assert (refusal is None) is admitted


@pytest.mark.io
def test_page_that_was_rebound_to_any_address_of_this_machine_is_rejected() -> None:
    name = "rebound.example:8000"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        route.connect(AWAY)  # sends nothing
        own, _ = route.getsockname()
    assert own != "127.0.0.1"
    assert judge(headers(f"http://{name}", name), (own, 50000)) is not None
    assert judge(headers(f"http://{name}", name), (f"::ffff:{own}", 50000)) is not None
    assert judge(headers(f"https://{name}", name), (own, 50000)) is None


@pytest.mark.parametrize(
    ("listed", "origin", "allowed"),
    [
        (EVIL, EVIL, True),
        ([EVIL, "http://a"], "http://a:80", True),
        ("https://evil.example:443", "https://EVIL.example", True),
        (EVIL, "http://evil.example", False),
        (EVIL, "https://evil.example:8443", False),
        (EVIL, "https://www.evil.example", False),
        ("chrome-extension://abcdef", "chrome-extension://abcdef", True),
        ("*", EVIL, True),
        ("*", "null", True),
        ([], EVIL, False),
        (Origins(EVIL), EVIL, True),
    ],
)
def test_list_allows_exactly_its_origins(
    listed: str | list[str] | Origins, origin: str, allowed: bool
) -> None:
    assert Origins(listed).allow(headers(origin, "localhost:8000")) is allowed


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("https://app.example/", "write it like 'https://app.example'"),
        ("https://app.example:8000/page", "write it like 'https://app.example:8000'"),
        ("app.example", "not an origin"),
        ("https://*.example", "not an origin"),
        ("null", "any page can have it"),
    ],
)
def test_list_takes_nothing_that_is_no_origin(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match="origin") as refused:
        Session(origins=[text])
    assert hint in str(refused.value)


async def handshake(port: int, *lines: str) -> int:
    """Request a WebSocket with these headers; return the status of the answer."""
    key = base64.b64encode(b"sixteen letters!").decode()
    request = [
        *("GET / HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"),
        *(f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *lines, "\r\n"),
    ]
    async with asyncio.timeout(DEADLINE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write("\r\n".join(request).encode("latin-1"))
        status = await reader.readline()
        writer.close()
    return int(status.split()[1])


@asynccontextmanager
async def page(port: int) -> AsyncIterator[Client]:
    """Connect as a page of a foreign origin."""
    url = f"ws://localhost:{port}/"
    async with websockets.connect(url, origin=websockets.Origin(EVIL)) as connection:
        yield Client(connection)


def store_by_name(sessions: Sessions) -> Endpoint:
    async def endpoint(ws: WebSocket) -> None:
        await sessions.handle_connection(ws, "a")

    return endpoint


def in_two_steps(session: Session) -> Endpoint:
    async def endpoint(ws: WebSocket) -> None:
        await session.new_connection(ws)
        await session.handle_connection()

    return endpoint


def asking(ws: WebSocket) -> Awaitable[object]:
    return get_user_session(ws)


ENTRANCES: dict[str, Callable[[], Callable[..., Awaitable[object]]]] = {
    "session": lambda: new_session().handle_connection,
    "session in two steps": lambda: in_two_steps(new_session()),
    "store": lambda: Sessions(Notes).handle_connection,
    "store by name": lambda: store_by_name(Sessions(Notes)),
    "identification": lambda: asking,
}


@pytest.mark.io
@pytest.mark.parametrize("serve", [on_uvicorn, on_picows])
@pytest.mark.parametrize("entrance", ENTRANCES)
async def test_handshake_of_a_foreign_page_is_refused(
    entrance: str, serve: Callable[[object], object], caplog: pytest.LogCaptureFixture
) -> None:
    made = ENTRANCES[entrance]()

    async def endpoint(ws: WebSocket) -> None:
        await made(ws)

    with caplog.at_level(logging.WARNING):
        async with serve(endpoint) as port:  # type: ignore[attr-defined]
            host = f"Host: localhost:{port}"
            assert await handshake(port, host, f"Origin: {EVIL}") == 403
            assert await handshake(port, host, f"oRiGiN: {EVIL}") == 403
            own = f"Origin: http://localhost:{port}"
            assert await handshake(port, host, own, f"Origin: {EVIL}") in TWICE
            assert await handshake(port, host, f"Origin: {EVIL}", own) in TWICE
            assert await handshake(port, host, "Origin: null") == 403
            assert await handshake(port, f"Host: rebound.example:{port}",
                                   f"Origin: http://rebound.example:{port}") == 403  # fmt: skip
            assert await handshake(port, host, own) == 101
            assert await handshake(port, host) == 101
    assert f"allow it: Session(origins=['{EVIL}'])" in caplog.text
    assert not [record for record in caplog.records if record.levelno > logging.WARNING]


@pytest.mark.io
@pytest.mark.parametrize("entrance", ENTRANCES)
async def test_page_that_the_application_let_in_already_is_closed_without_a_state(
    entrance: str,
) -> None:
    made = ENTRANCES[entrance]()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        await made(ws)

    async with on_uvicorn(endpoint) as port, page(port) as client:
        with pytest.raises(websockets.ConnectionClosedError):
            await client.socket.recv()
        assert await client.close_code() == 1008


@pytest.mark.io
async def test_refused_page_does_not_disturb_the_client_that_is_there() -> None:
    session = new_session()
    async with harness.Server(in_two_steps(session)) as server, server.connect() as client:
        assert await client.receive() == ("_SET:NOTES", {"text": ""})
        foreign = f"Host: localhost:{server.port}", f"Origin: {EVIL}"
        assert await handshake(server.port, *foreign) == 403
        await client.patch("NOTES", "replace", "/text", value="kept")
        assert await client.fence("NOTES") == ([], {"text": "kept"})


@pytest.mark.io
async def test_refused_page_is_never_served_in_the_place_of_the_client_that_is_there() -> None:
    """A task rejects the page, and another task serves the session."""
    session = new_session()
    ended: asyncio.Queue[None] = asyncio.Queue()

    async def endpoint(ws: WebSocket) -> None:
        await asyncio.create_task(session.new_connection(ws))
        await session.handle_connection()
        ended.put_nowait(None)

    async with harness.Server(endpoint) as server, server.connect() as client:
        assert await client.receive() == ("_SET:NOTES", {"text": ""})
        for _ in range(3):
            foreign = f"Host: localhost:{server.port}", f"Origin: {EVIL}"
            assert await handshake(server.port, *foreign) == 403
            async with asyncio.timeout(DEADLINE):
                await ended.get()
        await client.patch("NOTES", "replace", "/text", value="kept")
        assert await client.fence("NOTES") == ([], {"text": "kept"})
        assert ended.empty()


@pytest.mark.io
@pytest.mark.parametrize("allowed", [EVIL, "*"])
async def test_allowed_page_gets_the_state(allowed: str) -> None:
    for endpoint in (
        new_session(origins=allowed).handle_connection,
        store_by_name(Sessions(Notes, origins=[allowed])),
    ):
        async with on_uvicorn(endpoint) as port, page(port) as client:
            assert await client.receive() == ("_SET:NOTES", {"text": ""})


@pytest.mark.io
async def test_picows_lets_an_allowed_page_in() -> None:
    server = picows.Server(lambda _: new_session().handle_connection, origins=EVIL)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await server.start(listener)
        async with page(listener.getsockname()[1]) as client:
            assert await client.receive() == ("_SET:NOTES", {"text": ""})
        await server.close()


@pytest.mark.io
async def test_page_that_the_identification_allows_needs_no_second_list() -> None:
    session = new_session()

    async def endpoint(ws: WebSocket) -> None:
        user, _ = await get_user_session(ws, origins=[EVIL])
        if user is not None:
            await session.handle_connection(ws)

    async with on_uvicorn(endpoint) as port:
        async with page(port) as client:
            assert await client.receive() == ("_REQUEST_USER_SESSION", None)
            await client.send("_USER_SESSION", {"user": "u", "session": "s"})
            assert await client.receive() == ("_SET:NOTES", {"text": ""})
        assert await handshake(port, "Host: a.example", "Origin: https://b.example") == 403


@pytest.mark.io
async def test_client_can_not_allow_its_origin_in_the_url() -> None:
    app = FastAPI()

    @app.websocket("/")
    async def endpoint(ws: WebSocket, pair: object = Depends(get_user_session)) -> None:
        raise AssertionError(f"{ws.url} got in as {pair}")

    async with harness.Server(app) as server:
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with server.connect("/?origins=*&timeout=0", origin=EVIL):
                pass
        assert refused.value.response.status_code == 403


@pytest.mark.io
async def test_attaching_a_foreign_page_is_refused() -> None:
    session = new_session()
    refused: asyncio.Queue[str] = asyncio.Queue()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        try:
            session.ws = ws
        except RefusedOrigin as error:
            refused.put_nowait(str(error))

    async with on_uvicorn(endpoint) as port, page(port), asyncio.timeout(DEADLINE):
        assert await refused.get() == f"connection refused: the origin {EVIL!r} is not allowed"
    assert session.connection is None
