"""Tests of `ws_sync.limits` over real connections: the effect of each exceeded limit."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import websockets
from websockets.protocol import State

from tests.ws_sync.harness import DEADLINE, Client, on_picows, on_uvicorn
from ws_sync import Session, Sessions, Sync, remote_action, sync_all
from ws_sync._core.protocol.token_bucket import Rate
from ws_sync._server import admission
from ws_sync.limits import Limits

pytestmark = pytest.mark.io

DOCS = Path(__file__).parents[2] / "docs" / "limits.md"


class Notes:
    sync: Sync

    @sync_all("NOTES")
    def __init__(self) -> None:
        self.text = ""
        self._count = 0

    @remote_action
    async def count(self, data: bytes = b"") -> None:  # noqa: ARG002  # only its size matters
        self._count += 1


def new_session(limits: Limits) -> tuple[Session, Notes]:
    with Session(limits=limits) as session:
        notes = Notes()
    return session, notes


SERVERS: list[Any] = [on_uvicorn, on_picows]


@asynccontextmanager
async def connected(port: int, **options: Any) -> AsyncIterator[Client]:
    url = f"ws://127.0.0.1:{port}/"
    async with websockets.connect(url, compression=None, close_timeout=1, **options) as connection:
        yield Client(connection)


async def act(client: Client) -> None:
    await client.act("NOTES", "count")


async def in_fragments(client: Client) -> None:
    text = '{"type":"_ACTION:NOTES","data":{"type":"count"}}'
    await client.socket.send([text[:10], text[10:20], text[20:]])


async def in_pairs(client: Client) -> None:
    await client.send_pair("_ACTION:NOTES", {"type": "count"}, b"")


@pytest.mark.parametrize("serve", SERVERS)
@pytest.mark.parametrize(("send", "frames"), [(act, 1), (in_fragments, 1), (in_pairs, 2)])
async def test_what_comes_too_fast_is_read_more_slowly_and_none_is_lost(
    send: Callable[[Client], Awaitable[None]],
    frames: int,
    serve: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    session, notes = new_session(Limits(events=Rate(100, 10)))
    loop = asyncio.get_running_loop()
    async with serve(session.handle_connection) as port, connected(port) as client:
        await client.receive()
        begun = loop.time()
        for _ in range(50):
            await send(client)
        await client.fence("NOTES")
        assert loop.time() - begun > (50 * frames - 2 * 10) / 100
        assert client.socket.state is State.OPEN
    assert notes._count == 50
    assert caplog.text.count("sends too fast") == 1


@pytest.mark.parametrize("serve", SERVERS)
async def test_who_sends_too_fast_is_held_back_by_the_network(serve: Any) -> None:
    """Frames that are not read yet do not use up memory."""
    session, notes = new_session(Limits(received=Rate(1 << 20, 1 << 20)))
    async with serve(session.handle_connection) as port, connected(port) as client:
        await client.receive()
        payload = bytes(1 << 20)
        sent = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                for _ in range(64):
                    await client.send_pair("_ACTION:NOTES", {"type": "count"}, payload)
                    sent += 1
        assert sent < 32, "nothing has made it wait"
        assert notes._count < 8
        await session.disconnect()
        assert await client.close_code() == 1000


async def test_new_connection_does_not_fill_the_bucket() -> None:
    session, notes = new_session(Limits(events=Rate(100, 10)))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with on_uvicorn(session.handle_connection) as port:
        for _ in range(5):
            async with connected(port) as client:
                await client.receive()
                for _ in range(10):
                    await act(client)
                await client.fence("NOTES")
    assert loop.time() - begun > (5 * 11 - 2 * 10) / 100
    assert notes._count == 50


async def test_refused_events_cost_more() -> None:
    limits = Limits(events=Rate(100, 50), refused=10, malformed=1000)
    session, notes = new_session(limits)
    loop = asyncio.get_running_loop()
    async with on_uvicorn(session.handle_connection) as port, connected(port) as client:
        await client.receive()
        begun = loop.time()
        for _ in range(5):
            await client.socket.send("nonsense")
            await client.send("_NOBODY", {})
            await client.send("_ACTION:NOTES", {})
            await client.patch("NOTES", "replace", "/nowhere", value=1)
            assert await client.until("_SET:NOTES")
        assert loop.time() - begun > (20 * 10 - 2 * 50) / 100
    assert notes.text == ""


@pytest.mark.parametrize("ask", ["_GET:NOTES", "_PATCH:NOTES"], ids=["question", "refused write"])
async def test_what_a_client_makes_the_server_send_counts_like_what_it_sends(ask: str) -> None:
    """A frame of a few bytes is answered with the whole state."""
    session, notes = new_session(Limits(received=Rate(1 << 20, 1 << 20)))
    notes.text = "x" * (1 << 18)
    loop = asyncio.get_running_loop()
    async with on_uvicorn(session.handle_connection) as port, connected(port) as client:
        await client.receive()
        begun = loop.time()
        for _ in range(10):
            await client.send(ask)
        for _ in range(10):
            assert await client.until("_SET:NOTES")
        await client.fence("NOTES")
        assert loop.time() - begun > (10 / 4 - 2) * 0.9


@pytest.mark.parametrize("serve", SERVERS)
@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize("kind", [str, bytes])
async def test_frame_that_is_too_large_ends_the_connection(
    kind: type[str] | type[bytes], pieces: int, serve: Any
) -> None:
    session, notes = new_session(Limits(frame=1000))
    async with serve(session.handle_connection) as port:
        for size, code in [(1000, None), (1001, 1009)]:
            frame = b'{"type":"_PATCH:NOTES","data":[]}'.ljust(size)
            whole = frame.decode() if kind is str else frame
            async with connected(port) as client:
                await client.receive()
                third = size // 3
                parts = [whole[:third], whole[third : 2 * third], whole[2 * third :]]
                await client.socket.send(parts if pieces == 3 else whole)
                if code is None:
                    assert await client.fence("NOTES") == ([], {"text": ""})
                else:
                    assert await client.close_code() == code
    assert notes.text == ""


async def test_default_lets_a_burst_through_at_once() -> None:
    session, notes = new_session(Limits())
    async with on_uvicorn(session.handle_connection) as port, connected(port) as client:
        await client.receive()
        for _ in range(5_000):
            await act(client)
        await client.fence("NOTES")
    assert notes._count == 5_000
    assert not session.intake.spend(0)


async def test_connections_wait_for_their_turn_and_those_beyond_are_turned_away(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "PATIENCE", 0.5)
    session, notes = new_session(Limits(connections=Rate(10, 2)))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with on_uvicorn(session.handle_connection) as port:
        for _ in range(6):
            async with connected(port) as client:
                assert (await client.receive())[0] == "_SET:NOTES"
        assert loop.time() - begun > (6 - 2 * 2) / 10
        many = [websockets.connect(f"ws://127.0.0.1:{port}/") for _ in range(80)]
        outcomes = await asyncio.gather(*map(statuses, many))
        assert outcomes.count(403) > 20
        assert outcomes.count(101) >= 5
        async with connected(port) as client:
            assert (await client.receive())[0] == "_SET:NOTES"
    assert "too many connections of one session" in caplog.text
    assert not notes._count


async def statuses(connecting: Any) -> int:
    try:
        async with connecting:
            return 101
    except websockets.InvalidStatus as refused:
        return refused.response.status_code


async def test_client_that_leaves_while_it_waits_does_no_harm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    session, notes = new_session(Limits(connections=Rate(10, 1)))
    async with on_uvicorn(session.handle_connection) as port:
        for _ in range(3):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: c2l4dGVlbiBsZXR0ZXJzIQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            await writer.drain()
            writer.transport.abort()
        async with connected(port) as client:
            assert (await client.receive())[0] == "_SET:NOTES"
            assert await client.fence("NOTES") == ([], {"text": notes.text})
    assert not [record for record in caplog.records if record.levelno > logging.WARNING]


async def identified(client: Client, user: str, session: str) -> Any:
    assert await client.receive() == ("_REQUEST_USER_SESSION", None)
    await client.send("_USER_SESSION", {"user": user, "session": session})
    try:
        return (await client.receive())[0]
    except websockets.ConnectionClosed:
        return client.socket.close_code


class Clock:
    """A clock that only changes when it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_one_user_can_not_take_all_sessions() -> None:
    time = Clock()
    sessions = Sessions(Notes, limit=3, limits=Limits(per_user=2), grace=10, clock=time)
    async with on_uvicorn(sessions.handle_connection) as port:
        for user, session, expected in [
            ("ann", "1", "_SET:NOTES"),
            ("ann", "2", "_SET:NOTES"),
            ("ann", "3", 1013),
            ("ann", "1", "_SET:NOTES"),
            ("bob", "1", "_SET:NOTES"),
        ]:
            async with connected(port) as client:
                assert await identified(client, user, session) == expected
        time.now += 100
        async with asyncio.timeout(DEADLINE):
            while await sessions.sweep() or len(sessions):  # noqa: ASYNC110  # the endpoints end
                await asyncio.sleep(0)
        async with connected(port) as client:
            assert await identified(client, "ann", "3") == "_SET:NOTES"


async def test_those_who_do_not_say_who_they_are_keep_nobody_out() -> None:
    sessions = Sessions(Notes, limits=Limits(unidentified=2))
    async with on_uvicorn(sessions.handle_connection) as port:
        async with connected(port) as first, connected(port) as second, connected(port) as third:
            assert await first.close_code() == 1013
            assert await identified(third, "ann", "1") == "_SET:NOTES"
            assert await identified(second, "ann", "2") == "_SET:NOTES"
        assert len(sessions) == 2


def test_page_names_all_limits_and_their_defaults() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", DOCS.read_text(), re.MULTILINE))
    assert list(table) == [field.name for field in fields(Limits)]
    for field in fields(Limits):
        assert table[field.name].strip() == shown(field.default), field.name


def shown(value: object) -> str:
    if isinstance(value, Rate):
        return f"{shown(value.per_second)} a second, {shown(value.at_once)} at once"
    if isinstance(value, int) and value >= 1 << 20:
        return f"{value >> 20} MiB"
    return f"{value:,}" if isinstance(value, int) else f"{value:g} s"
