"""Tests of `ws_sync._server.connection`: outboxes, slow peers, pairs, writers."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from contextvars import ContextVar
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketState

from tests.ws_sync.harness import DEADLINE, Server
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._log import Log
from ws_sync._server import admission
from ws_sync._server.connection import Connection
from ws_sync.limits import Limits
from ws_sync.session import Session
from ws_sync.sync import Sync

pytestmark = pytest.mark.io

LOG = Log()
BIG = "x" * 100_000


class Notes:
    def __init__(self) -> None:
        self.text = ""
        self.number = 0
        self.sync = Sync(self, "NOTES", sync_all=True)


class StalledPeer:
    """A client that opens a WebSocket and then reads nothing."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setblocking(False)
        self._port = port

    async def __aenter__(self) -> StalledPeer:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, ("127.0.0.1", self._port))
        await loop.sock_sendall(
            self.socket,
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        )
        async with asyncio.timeout(DEADLINE):
            self.answer = await loop.sock_recv(self.socket, 12)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.socket.close()


async def test_sync_never_waits_for_a_peer_that_does_not_read() -> None:
    """S-16: a stalled peer must not block the application."""
    with Session() as session:
        notes = Notes()
    async with Server(session) as server, StalledPeer(server.port):
        async with asyncio.timeout(DEADLINE):
            for number in range(300):
                notes.text = f"{number}{BIG}"
                await notes.sync()
        assert session.connection is not None
        assert session.connection.is_congested


async def test_new_connection_never_waits_for_a_peer_that_does_not_read() -> None:
    """S-16: a stalled older connection must not delay a takeover."""
    with Session() as session:
        notes = Notes()
    async with Server(session) as server, StalledPeer(server.port):
        for number in range(300):
            notes.text = f"{number}{BIG}"
            await notes.sync()
        async with asyncio.timeout(DEADLINE), server.connect() as client:
            assert (await client.receive())[1] == {"text": notes.text, "number": 0}


async def test_congested_connection_gets_one_patch_of_all_changes() -> None:
    released = asyncio.Event()

    class Slow(WebSocket):
        async def send_text(self, data: str) -> None:
            if "PATCH" in data:
                await released.wait()
            await super().send_text(data)

    with Session() as session:
        notes = Notes()

    async def endpoint(ws: WebSocket) -> None:
        await session.handle_connection(Slow(ws.scope, ws.receive, ws.send))

    async with Server(endpoint) as server, server.connect() as client:
        await client.receive()
        for number in range(1, 1001):
            notes.number = number
            await notes.sync()
        released.set()
        frames, _ = await client.until("_PATCH:NOTES")
        patches = [*frames, "first"]
        while (last := await client.receive())[1][0]["value"] != 1000:
            patches.append(last)
        assert len(patches) < 200
        assert await client.fence("NOTES") == ([], {"text": "", "number": 1000})


async def test_peer_that_stays_behind_loses_its_connection() -> None:
    stuck = asyncio.Event()
    ended: list[int] = []

    class Stuck(WebSocket):
        async def send_text(self, _data: str) -> None:
            await stuck.wait()

        async def close(self, code: int = 1000, reason: str | None = None) -> None:
            ended.append(code)
            await super().close(code, reason)

    async def endpoint(ws: WebSocket) -> None:
        ws = Stuck(ws.scope, ws.receive, ws.send)
        await ws.accept()
        connection = Connection(ws, LOG, Limits(most_units=3, close_timeout=0.05))
        for _ in range(5):
            connection.send("{}")
        assert not connection.is_open
        await connection.closed()

    async with Server(endpoint) as server, server.connect() as client:
        assert await client.close_code() == CloseCode.TRY_AGAIN_LATER
    assert ended == [CloseCode.TRY_AGAIN_LATER]


async def test_pairs_are_never_torn_apart() -> None:
    """S-15: with many senders at once, its own bytes follow every `_BIN_META`."""
    with Session() as session:
        notes = Notes()
    async with Server(session) as server, server.connect() as client:
        await client.receive()

        async def send(label: int) -> None:
            notes.number += 1
            await asyncio.gather(
                notes.sync.send_binary({"type": "show", "label": label}, b"%d" % label * 9999),
                notes.sync(),
            )

        await asyncio.gather(*map(send, range(50)))
        pairs = 0
        while pairs < 50:
            received = await client.receive()
            if received[0] == "_BIN_META":
                label = received[1]["metadata"]["label"]
                assert await client.receive() == b"%d" % label * 9999
                pairs += 1


async def test_failed_send_ends_this_connection_only() -> None:
    """S-04: the state on the next connection has what a lost connection did not get."""

    class Broken(WebSocket):
        async def send_text(self, data: str) -> None:
            if "PATCH" in data:
                raise RuntimeError("broken")
            await super().send_text(data)

    with Session() as session:
        notes = Notes()
    kinds: list[type[WebSocket]] = [Broken, WebSocket]

    async def endpoint(ws: WebSocket) -> None:
        await session.handle_connection(kinds.pop(0)(ws.scope, ws.receive, ws.send))

    async with Server(endpoint) as server:
        async with server.connect() as client:
            await client.receive()
            notes.number = 1
            await notes.sync()
            await client.close_code()
        async with server.connect() as client:
            assert (await client.receive())[1]["number"] == 1
            notes.number = 2
            await notes.sync()
            assert (await client.receive())[1] == [{"op": "replace", "path": "/number", "value": 2}]


@pytest.mark.parametrize("code", [1000, 1008])
async def test_close_sends_what_is_queued_first(code: int) -> None:
    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        connection = Connection(ws, LOG)
        connection.send('{"type":"last"}')
        connection.close(code)
        connection.close(1011)
        connection.send('{"type":"too late"}')
        assert await connection.receive() is None
        await connection.closed()

    async with Server(endpoint) as server, server.connect() as client:
        assert await client.receive() == ("last", None)
        assert await client.close_code() == code


async def test_however_large_the_initial_states_are_a_client_can_connect() -> None:
    limits = Limits(most_units=2, most_size=1000, congested_size=500)
    with Session(limits=limits) as session:
        notes = Notes()
        notes.text = BIG
        for number in range(5):
            Sync(notes, f"NOTES{number}", include=["text"])
    async with Server(session) as server, server.connect() as client:
        for _ in range(6):
            assert (await client.receive())[1]["text"] == BIG
        notes.number = 1
        await notes.sync()
        assert (await client.receive())[0] == "_PATCH:NOTES"


class Recorder:
    """A WebSocket in memory; `on_text` runs in each `send_text`."""

    client = ("recorder", 1)
    headers = Headers()

    def __init__(self, on_text: Callable[[str], Awaitable[None]]) -> None:
        self.application_state = self.client_state = WebSocketState.CONNECTED
        self.sent: list[str | bytes] = []
        self.code: int | None = None
        self._on_text = on_text

    async def accept(self) -> None:
        raise NotImplementedError

    async def receive(self) -> dict[str, Any]:
        raise NotImplementedError

    async def send_text(self, data: str) -> None:
        self.sent.append(data)
        await self._on_text(data)

    async def send_bytes(self, data: bytes) -> None:
        self.sent.append(data)

    async def close(self, code: int = 1000, _: str | None = None) -> None:
        self.code = code
        self.application_state = WebSocketState.DISCONNECTED


async def test_frame_that_is_sent_while_another_is_sent_comes_after_it() -> None:
    async def send_another(text: str) -> None:
        if text == "first":
            connection.send("second")
            await asyncio.sleep(0)

    ws = Recorder(send_another)
    connection = Connection(ws, LOG)
    connection.send("first", b"of the first")
    async with asyncio.timeout(DEADLINE):
        while connection.has_unsent:  # noqa: ASYNC110  # the writer has no event to wait for
            await asyncio.sleep(0)
    connection.close()
    await connection.closed()
    assert ws.sent == ["first", b"of the first", "second"]
    assert (ws.code, connection.waiting) == (1000, 0)


@pytest.mark.parametrize("slow", [False, True])
async def test_frame_is_handed_over_when_the_send_returns(slow: bool) -> None:
    async def take(_: str) -> None:
        if slow:
            await asyncio.sleep(0)

    session = Session()
    ws = Recorder(take)
    session.ws = ws
    for number in range(3):
        await session.send("n", number)
    assert [json.loads(each)["data"] for each in ws.sent] == [0, 1, 2]


async def test_cancelled_sender_does_not_cancel_what_it_sends() -> None:
    readable, taken = asyncio.Event(), []

    async def wait(text: str) -> None:
        await readable.wait()
        taken.append(text)

    session = Session()
    session.ws = Recorder(wait)
    assert session.connection is not None
    sender = asyncio.create_task(session.send("event", "data"))
    await asyncio.sleep(0)
    sender.cancel()
    await asyncio.wait([sender])
    readable.set()
    session.connection.close()
    await session.connection.closed()
    assert len(taken) == 1


async def test_deadline_of_the_server_ends_the_connection_and_not_the_sender() -> None:
    """A frame is sent by a task of its own, so a timeout in it can't cancel the sender."""

    async def run_out(_: str) -> None:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()

    session = Session()
    session.ws = ws = Recorder(run_out)
    connection = session.connection
    assert connection is not None
    await session.send("event")
    async with asyncio.timeout(DEADLINE):
        while connection.is_open:  # noqa: ASYNC110  # the writer has no event to wait for
            await asyncio.sleep(0)
        await connection.closed()
    assert ws.code == CloseCode.INTERNAL_ERROR


async def test_writer_keeps_nothing_of_the_context_of_its_sender() -> None:
    secret: ContextVar[str] = ContextVar("secret")
    seen: list[str] = []

    async def look(_: str) -> None:
        await asyncio.sleep(0)
        seen.append(secret.get("nothing"))

    connection = Connection(Recorder(look), LOG)
    connection.send_initial(lambda: "the state", 9)
    token = secret.set("of the sender")
    connection.send("queued")
    secret.reset(token)
    connection.close()
    await connection.closed()
    assert seen == ["nothing", "nothing"]


async def test_replaced_connection_drops_the_states_that_it_has_not_begun_to_send() -> None:
    """A state that no client will read is not even encoded."""

    async def take(_: str) -> None:
        """Take it at once."""

    connection = Connection(ws := Recorder(take), LOG)
    connection.send_initial(lambda: pytest.fail("it was encoded"), 2 << 20)
    connection.send("a patch of it")
    connection.drop_initial()
    connection.disconnect("a newer connection")
    await connection.closed()
    assert [json.loads(text)["type"] for text in ws.sent] == ["_DISCONNECT"]
    assert connection.begun_size == 0
    assert not connection.waiting


async def test_peers_that_never_read_hold_few_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "PATIENCE", 0)
    with Session(limits=Limits(most_size=1 << 20, close_timeout=0.01)) as session:
        notes = Notes()
    notes.text = BIG * 200
    numbers: set[int] = set()
    async with Server(session) as server, AsyncExitStack() as peers, asyncio.timeout(DEADLINE):
        for _ in range(2):
            peer = await peers.enter_async_context(StalledPeer(server.port))
            assert peer.answer == b"HTTP/1.1 101"
            while (  # noqa: ASYNC110  # the writer has no event to wait for
                session.connection is None
                or session.connection.number in numbers
                or not session.connection.begun_size
            ):
                await asyncio.sleep(0)
            numbers.add(session.connection.number)
        for _ in range(2):
            peer = await peers.enter_async_context(StalledPeer(server.port))
            assert peer.answer == b"HTTP/1.1 403"
