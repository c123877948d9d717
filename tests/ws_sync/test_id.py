"""Tests of `ws_sync.id`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.websockets import WebSocket

from tests.ws_sync.harness import DEADLINE, Server
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._log import Log
from ws_sync._server.connection import Connection
from ws_sync.id import MAX_ID, Verify, get_user_session

pytestmark = pytest.mark.io


class Endpoint:
    """Runs the identification, and keeps the result."""

    def __init__(
        self, timeout: float = DEADLINE, accepts: bool = False, verify: Verify | None = None
    ) -> None:
        self.answers: asyncio.Queue[Any] = asyncio.Queue()
        self._verify = verify
        self._timeout = timeout
        self._accepts = accepts

    async def __call__(self, ws: WebSocket) -> None:
        if self._accepts:
            await ws.accept()
        await self.answers.put(
            await get_user_session(ws, timeout=self._timeout, verify=self._verify)
        )

    async def answer(self) -> Any:
        async with asyncio.timeout(DEADLINE):
            return await self.answers.get()


def serve(endpoint: Endpoint) -> Server:
    async def asgi(ws: WebSocket) -> None:
        await endpoint(ws)

    return Server(asgi)


@pytest.mark.parametrize("accepts", [True, False])
async def test_ids_are_returned(accepts: bool) -> None:
    endpoint = Endpoint(accepts=accepts)
    async with serve(endpoint) as server, server.connect() as client:
        assert await client.socket.recv() == '{"type":"_REQUEST_USER_SESSION"}'
        await client.send("_USER_SESSION", {"user": "u", "session": "s"})
        assert await endpoint.answer() == ("u", "s")


async def test_answer_shows_how_far_the_client_is() -> None:
    windows: asyncio.Queue[float] = asyncio.Queue()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        unidentified = Connection(ws, Log())
        await get_user_session(ws)
        for connection in (unidentified, Connection(ws, Log())):
            await windows.put(connection.round_trip.window)

    async with Server(endpoint) as server, server.connect() as client:
        await client.receive()
        await client.send("_USER_SESSION", {"user": "u", "session": "s"})
        async with asyncio.timeout(DEADLINE):
            assert await windows.get() > await windows.get()


@pytest.mark.parametrize(
    "frame",
    [
        "nonsense",
        b"bytes",
        "{}",
        '{"type":"_GET:K"}',
        '{"type":"_USER_SESSION"}',
        '{"type":"_USER_SESSION","data":[]}',
        '{"type":"_USER_SESSION","data":{"user":"u"}}',
        '{"type":"_USER_SESSION","data":{"user":"u","session":""}}',
        '{"type":"_USER_SESSION","data":{"user":["u"],"session":"s"}}',
        '{"type":"_USER_SESSION","data":{"user":"u","session":"%s"}}' % ("s" * (MAX_ID + 1)),
    ],
)
async def test_other_answers_end_the_connection(frame: str | bytes) -> None:
    endpoint = Endpoint()
    async with serve(endpoint) as server, server.connect() as client:
        await client.socket.send(frame)
        assert await client.close_code() == CloseCode.NOT_IDENTIFIED
        assert await endpoint.answer() == (None, None)


async def test_silence_ends_the_connection() -> None:
    endpoint = Endpoint(timeout=0.01)
    async with serve(endpoint) as server, server.connect() as client:
        assert await client.close_code() == CloseCode.NOT_IDENTIFIED
        assert await endpoint.answer() == (None, None)


async def test_client_that_leaves_is_nobody() -> None:
    endpoint = Endpoint()
    async with serve(endpoint) as server:
        async with server.connect():
            pass
        assert await endpoint.answer() == (None, None)


def only_ann(user: str, session: str) -> bool:
    return user == "ann" and session == "1"


async def as_somebody(user: str, session: str) -> tuple[str, str] | None:
    await asyncio.sleep(0)
    return (user.upper(), session) if session == "1" else None


@pytest.mark.parametrize(
    ("verify", "given", "expected"),
    [
        (only_ann, ("ann", "1"), ("ann", "1")),
        (only_ann, ("bob", "1"), None),
        (as_somebody, ("ann", "1"), ("ANN", "1")),
        (as_somebody, ("ann", "2"), None),
        (lambda *pair: as_somebody(*pair), ("ann", "1"), ("ANN", "1")),
    ],
    ids=["proven", "refused", "proven otherwise", "refused later", "awaitable"],
)
async def test_hook_says_who_it_is(verify: Verify, given: Any, expected: Any) -> None:
    endpoint = Endpoint(verify=verify)
    async with serve(endpoint) as server, server.connect() as client:
        await client.send("_USER_SESSION", {"user": given[0], "session": given[1]})
        assert await endpoint.answer() == (expected or (None, None))
        if expected is None:
            assert await client.receive() == ("_REQUEST_USER_SESSION", None)
            assert await client.close_code() == CloseCode.NOT_IDENTIFIED


def fail(*_: str) -> bool:
    raise RuntimeError("the secret is 42")


@pytest.mark.parametrize(
    "verify",
    [fail, lambda *_: "yes", lambda *_: ("ann",), lambda *_: ("ann", 1), lambda *_: ("", "1")],
    ids=["fails", "text", "no session", "number", "empty"],
)
async def test_hook_that_fails_proves_nothing_and_tells_nothing(
    verify: Any, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint = Endpoint(verify=verify)
    async with serve(endpoint) as server, server.connect() as client:
        await client.send("_USER_SESSION", {"user": "ann", "session": "1"})
        assert await client.receive() == ("_REQUEST_USER_SESSION", None)
        assert await client.close_code() == 1011
        assert client.socket.close_reason == "identification failed"
        assert await endpoint.answer() == (None, None)
    assert [record.exc_info is not None for record in caplog.records] == [True]


async def test_hook_that_does_not_end_proves_nothing() -> None:
    async def forever(*_: str) -> bool:
        await asyncio.Event().wait()
        return True

    endpoint = Endpoint(timeout=0.05, verify=forever)
    async with serve(endpoint) as server, server.connect() as client:
        await client.send("_USER_SESSION", {"user": "ann", "session": "1"})
        assert await client.close_code() == 1011
        assert await endpoint.answer() == (None, None)
