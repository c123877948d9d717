"""Tests of `ws_sync._server.json_socket`: fakes of WebSockets as unit tests have them."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from tests.ws_sync.harness import Server
from ws_sync import Session, Sync, get_user_session, remote_action, sync_all
from ws_sync._server.json_socket import JsonSocket, original, transport_of


class Fake:
    """A WebSocket with the methods that PyPI's ws-sync calls."""

    def __init__(self, *events: Any) -> None:
        self.events = list(events)
        self.sent: list[Any] = []
        self.application_state = WebSocketState.CONNECTING

    async def accept(self) -> None:
        self.application_state = WebSocketState.CONNECTED

    async def send_json(self, data: Any) -> None:
        self.sent.append(data)

    async def send_bytes(self, data: bytes) -> None:
        self.sent.append(data)

    async def receive_json(self) -> Any:
        if not self.events:
            raise WebSocketDisconnect(1000)
        return self.events.pop(0)

    async def receive_bytes(self) -> bytes:
        return b"payload"

    async def close(self) -> None:
        self.application_state = WebSocketState.DISCONNECTED


class OnlySends:
    """A WebSocket that has only `send_json`."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def send_json(self, data: Any) -> None:
        self.sent.append(data)


class Notes:
    @sync_all("N")
    def __init__(self) -> None:
        self.sync: Sync
        self.title = ""

    @remote_action("PUT")
    async def put(self, data: bytes) -> None:
        self.title = data.decode()
        await self.sync()
        await self.sync.send_binary({"type": "GOT"}, data)


async def test_fake_is_served_as_a_connection() -> None:
    with Session() as session:
        notes = Notes()
    fake: Any = Fake(
        {"type": "_BIN_META", "data": {"type": "_ACTION:N", "metadata": {"type": "PUT"}}},
    )
    await session.handle_connection(fake)
    assert notes.title == "payload"
    assert fake.application_state is WebSocketState.DISCONNECTED
    assert fake.sent == [
        {"type": "_SET:N", "data": {"title": ""}},
        {"type": "_PATCH:N", "data": [{"op": "replace", "path": "/title", "value": "payload"}]},
        {"type": "_BIN_META", "data": {"type": "_ACTION:N", "metadata": {"type": "GOT"}}},
        b"payload",
    ]


@pytest.mark.parametrize("make", [OnlySends, AsyncMock, MagicMock], ids=lambda make: make.__name__)
async def test_assigned_fake_gets_what_is_sent(make: Any) -> None:
    session = Session()
    fake = make()
    session.ws = fake
    if make is MagicMock:
        fake.send_json = AsyncMock()
    assert session.is_connected
    is_same = session.ws is fake
    assert is_same
    session.ws = fake
    await session.send("x", {"a": 1})
    wanted = {"type": "x", "data": {"a": 1}}
    if make is OnlySends:
        assert fake.sent == [wanted]
    else:
        fake.send_json.assert_awaited_once_with(wanted)


def test_fake_may_be_assigned_before_the_event_loop_runs() -> None:
    with Session() as session:
        notes = Notes()
    fake = OnlySends()
    session.ws = fake  # type: ignore[assignment]

    async def use() -> None:
        notes.title = "a"
        await notes.sync()
        await session.send("x")

    asyncio.run(use())
    assert fake.sent == [
        {"type": "_PATCH:N", "data": [{"op": "replace", "path": "/title", "value": "a"}]},
        {"type": "x", "data": None},
    ]
    with pytest.raises(AttributeError):
        _ = session.connection.nothing  # type: ignore[union-attr]


async def test_identification_of_a_fake() -> None:
    fake: Any = Fake({"type": "_USER_SESSION", "data": {"user": "u", "session": "s"}})
    assert await get_user_session(fake) == ("u", "s")
    assert fake.sent == [{"type": "_REQUEST_USER_SESSION"}]
    assert await get_user_session(Fake({"type": "other"})) == (None, None)  # type: ignore[arg-type]


@pytest.mark.io
async def test_overridden_methods_of_a_websocket_are_called() -> None:
    class Loud(WebSocket):
        async def send_json(self, data: Any, mode: str = "text") -> None:
            await super().send_json({**data, "loud": True}, mode)

    async def endpoint(ws: WebSocket) -> None:
        await session.handle_connection(Loud(ws.scope, ws.receive, ws.send))

    session = Session()
    session.register_event("ping", lambda data: session.send("pong", data))
    app = Starlette(routes=[WebSocketRoute("/", endpoint)])
    async with Server(app) as server, server.connect() as client:
        await client.send("ping", 1)
        assert '"loud":true' in str(await client.socket.recv())
        await session.disconnect()
        assert await client.close_code() == 1000


def test_transport_of_a_transport_is_itself() -> None:
    ws = WebSocket({"type": "websocket"}, AsyncMock(), AsyncMock())
    assert transport_of(ws) is ws
    assert original(ws) is ws
    adapted = transport_of(MagicMock(spec=WebSocket))
    assert isinstance(adapted, JsonSocket)
    assert transport_of(adapted) is adapted
    assert adapted == JsonSocket(adapted.ws)
    assert hash(adapted) == hash(JsonSocket(adapted.ws))
    assert adapted != ws
