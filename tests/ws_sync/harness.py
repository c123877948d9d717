"""A server on a real socket, and a client that keeps order by fences."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from tests.deadlines import DEADLINE as DEADLINE
from ws_sync._apps import picows
from ws_sync._core.json.codec import JSON
from ws_sync.session import Session


class Client:
    """One connection of a client."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket

    async def send(self, event: str, data: JSON = None) -> None:
        await self.socket.send(json.dumps({"type": event, "data": data}))

    async def act(self, key: str, action: str, **arguments: JSON) -> None:
        await self.send(f"_ACTION:{key}", {"type": action, **arguments})

    async def patch(self, key: str, op: str, path: str, **members: JSON) -> None:
        await self.send(f"_PATCH:{key}", [{"op": op, "path": path, **members}])

    async def send_pair(self, event: str, metadata: JSON, payload: bytes) -> None:
        await self.send("_BIN_META", {"type": event, "metadata": metadata})
        await self.socket.send(payload)

    async def receive(self) -> Any:
        """Return the next frame: an event as (type, data), or bytes."""
        async with asyncio.timeout(DEADLINE):
            frame = await self.socket.recv()
        if isinstance(frame, bytes):
            return frame
        event = json.loads(frame)
        return event["type"], event.get("data")

    async def until(self, event: str) -> tuple[list[Any], JSON]:
        """Return what comes before the next `event`, and its data."""
        before = []
        while (received := await self.receive())[0] != event:
            before.append(received)
        return before, received[1]

    async def fence(self, key: str) -> tuple[list[Any], JSON]:
        """Return all that came before the answer to a `_GET`, and the state in it."""
        await self.send(f"_GET:{key}")
        return await self.until(f"_SET:{key}")

    async def close_code(self) -> int | None:
        """Read until the server has closed the connection; return the code."""
        async with asyncio.timeout(DEADLINE):
            with suppress(websockets.ConnectionClosed):
                while True:
                    await self.socket.recv()
        return self.socket.close_code


class Server:
    """Serves a session, an endpoint or an ASGI application on a free port of this machine."""

    def __init__(self, served: Session | ASGIApp | Callable[[WebSocket], Awaitable[None]]) -> None:
        if isinstance(served, Session):
            served = served.handle_connection
        app = served if isinstance(served, Starlette) else _app(served)
        config = uvicorn.Config(app, ws="websockets-sansio", log_level="critical", log_config=None)
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        await self._serving

    @asynccontextmanager
    async def connect(self, path: str = "/", **options: Any) -> AsyncIterator[Client]:
        url = f"ws://127.0.0.1:{self.port}{path}"
        async with websockets.connect(url, close_timeout=1, **options) as connection:
            yield Client(connection)


@asynccontextmanager
async def on_uvicorn(endpoint: Callable[..., Awaitable[None]]) -> AsyncIterator[int]:
    """Serve an endpoint at the root, and tell the port."""
    async with Server(endpoint) as server:
        yield server.port


@asynccontextmanager
async def on_picows(endpoint: Callable[..., Awaitable[None]]) -> AsyncIterator[int]:
    """Serve an endpoint everywhere, and tell the port."""
    server = picows.Server(lambda _: endpoint)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await server.start(listener)
        try:
            yield listener.getsockname()[1]
        finally:
            await server.close()


def _app(endpoint: Any) -> Starlette:
    return Starlette(routes=[WebSocketRoute("/", endpoint)])
