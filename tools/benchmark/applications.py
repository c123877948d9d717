"""The applications of the round trips: a raw echo, and an object with one action.

Served by uvicorn in the environment that is measured, or by the reference on picows:
`python -m tools.benchmark.applications NAME FILE_DESCRIPTOR`.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any, NoReturn

import uvicorn


async def echo(_: Any, receive: Any, send: Any) -> None:
    """Send every frame back, without a framework."""
    while True:
        message = await receive()
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif message["type"] == "websocket.disconnect":
            return
        else:
            await send({"type": "websocket.send", "text": message["text"]})


async def synced(scope: Any, receive: Any, send: Any) -> None:
    """Serve an object with an action that changes an attribute."""
    from starlette.websockets import WebSocket

    await connection(WebSocket(scope, receive, send))


async def connection(ws: Any) -> None:
    """Serve a connection with a new session and such an object."""
    from ws_sync import Session, remote_action, sync_all

    global Counter
    if Counter is None:

        class Counted:
            sync: Any

            @sync_all("K")
            def __init__(self) -> None:
                self.count = 0
                self.name = "a name"

            @remote_action("SET")
            async def set(self, value: int) -> None:
                self.count = value
                await self.sync()

        Counter = Counted
    session = Session()
    with session:
        counter = Counter()
    await session.handle_connection(ws)
    del counter


Counter: Any = None


async def serve(name: str, descriptor: int) -> None:
    """Serve an application on a listening socket."""
    if name == "picows":
        await serve_without_asgi(descriptor)
    app = {"echo": echo, "synced": synced}[name]
    config = uvicorn.Config(
        app, ws="websockets-sansio", lifespan="off", log_level="critical", log_config=None,
        ws_per_message_deflate=False,
    )  # fmt: skip
    await uvicorn.Server(config).serve(sockets=[socket.socket(fileno=descriptor)])


async def serve_without_asgi(descriptor: int) -> NoReturn:
    """Serve the same object with the reference on picows."""
    from ws_sync._apps.picows import Server

    server = Server(lambda _: connection)
    await server.start(socket.socket(fileno=descriptor))
    await asyncio.Event().wait()
    raise AssertionError("unreachable: the event is never set")


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
