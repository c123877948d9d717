"""Tests of sessions in FastAPI and in mounted applications."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.request import Request, urlopen

import pytest
from fastapi import Depends, FastAPI, WebSocket
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.deadlines import DEADLINE
from tests.ws_sync.harness import Server
from ws_sync import Session, Sessions, Sync, Synced, get_user_session, remote_action, sync_all
from ws_sync._apps.routes import Routes

pytestmark = pytest.mark.io


class Notes:
    sync: Sync

    @sync_all("NOTES")
    def __init__(self) -> None:
        self.text = ""

    @remote_action
    async def write(self, text: str) -> None:
        self.text = text
        await self.sync()


async def test_endpoint_of_fastapi_serves_a_session_across_connections() -> None:
    app = FastAPI()
    with Session() as session:
        notes = Notes()

    @app.websocket("/ws")
    async def endpoint(ws: WebSocket) -> None:
        await session.handle_connection(ws)

    async with Server(app) as server:
        for text in ("", "written"):
            async with server.connect("/ws") as client:
                assert await client.receive() == ("_SET:NOTES", {"text": text})
                await client.act("NOTES", "write", text="written")
                await client.fence("NOTES")
    assert notes.text == "written"


async def test_first_generation_endpoint_works_in_fastapi() -> None:
    app = FastAPI()
    with Session() as session:
        notes = Notes()

    @app.websocket("/ws")
    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        await session.new_connection(ws)
        try:
            await session.handle_connection()
        finally:
            session.ws = None

    async with Server(app) as server, server.connect("/ws") as client:
        assert await client.receive() == ("_SET:NOTES", {"text": notes.text})


async def test_identification_may_be_a_dependency_of_fastapi() -> None:
    app = FastAPI()
    sessions = Sessions(Notes)

    @app.websocket("/ws")
    async def endpoint(
        ws: WebSocket, pair: Annotated[tuple[str, str], Depends(get_user_session)]
    ) -> None:
        await sessions.handle_connection(ws, pair)

    query = "timeout=0&verify=x&origins=*"  # must have no effect
    async with Server(app) as server, server.connect(f"/ws?{query}") as client:
        assert await client.receive() == ("_REQUEST_USER_SESSION", None)
        await client.send("_USER_SESSION", {"user": "ann", "session": "1"})
        assert await client.receive() == ("_SET:NOTES", {"text": ""})
        assert sessions.get(("ann", "1")) is not None


@pytest.mark.parametrize("outer", [Starlette, FastAPI])
async def test_mounted_application_has_its_sessions(outer: type[Starlette]) -> None:
    sessions = Sessions(Notes)
    app = outer(routes=[Mount("/inside/of", Routes(sessions).app())])
    async with Server(app) as server:
        async with server.connect("/inside/of/ws/a") as client:
            assert await client.receive() == ("_SET:NOTES", {"text": ""})
        async with server.connect("/inside/of/ws") as client:
            assert await client.receive() == ("_REQUEST_USER_SESSION", None)
        assert sessions.get("a") is not None


async def test_lifespan_of_an_application_closes_its_sessions() -> None:
    sessions = Sessions(Notes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with sessions:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/ws/{name}")
    async def by_name(ws: WebSocket, name: str) -> None:
        await sessions.handle_connection(ws, name)

    async with Server(app) as server, server.connect("/ws/a") as client:
        await client.receive()
        assert len(sessions) == 1
    assert len(sessions) == 0


class User(Synced, BaseModel):
    name: str
    password_hash: str = "secret"


async def test_model_without_a_decorator_is_the_body_of_a_request() -> None:
    app = FastAPI()

    @app.post("/users")
    async def create(user: User) -> User:
        return user

    def post(url: str) -> object:
        body = json.dumps({"name": "ben"}).encode()
        headers = {"content-type": "application/json"}
        with urlopen(Request(url, body, headers), timeout=DEADLINE) as response:
            return json.load(response)

    async with Server(app) as server:
        answer = await asyncio.to_thread(post, f"http://127.0.0.1:{server.port}/users")
    assert answer == {"name": "ben", "password_hash": "secret"}
