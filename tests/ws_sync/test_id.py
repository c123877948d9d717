"""Tests of `ws_sync.id`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.websockets import WebSocket

from tests.ws_sync.harness import DEADLINE, Server
from ws_sync.id import FAILED, get_user_session


class Endpoint:
    """Asks who is there, and keeps the answer."""

    def __init__(self, timeout: float = DEADLINE, accepts: bool = False) -> None:
        self.answers: asyncio.Queue[Any] = asyncio.Queue()
        self._timeout = timeout
        self._accepts = accepts

    async def __call__(self, ws: WebSocket) -> None:
        if self._accepts:
            await ws.accept()
        await self.answers.put(await get_user_session(ws, timeout=self._timeout))

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
    ],
)
async def test_other_answers_end_the_connection(frame: str | bytes) -> None:
    endpoint = Endpoint()
    async with serve(endpoint) as server, server.connect() as client:
        await client.socket.send(frame)
        assert await client.close_code() == FAILED
        assert await endpoint.answer() == (None, None)


async def test_silence_ends_the_connection() -> None:
    endpoint = Endpoint(timeout=0.01)
    async with serve(endpoint) as server, server.connect() as client:
        assert await client.close_code() == FAILED
        assert await endpoint.answer() == (None, None)


async def test_client_that_leaves_is_nobody() -> None:
    endpoint = Endpoint()
    async with serve(endpoint) as server:
        async with server.connect():
            pass
        assert await endpoint.answer() == (None, None)
