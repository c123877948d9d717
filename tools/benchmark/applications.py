"""The applications behind the round trip: a raw echo, and an object with one action.

Served by uvicorn in the environment of what is measured:
`python -m tools.benchmark.applications NAME FILE_DESCRIPTOR`.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

import uvicorn


async def echo(_: Any, receive: Any, send: Any) -> None:
    """Send every frame back, without any framework."""
    while True:
        message = await receive()
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif message["type"] == "websocket.disconnect":
            return
        else:
            await send({"type": "websocket.send", "text": message["text"]})


async def synced(scope: Any, receive: Any, send: Any) -> None:
    """Give each connection a session, with an object of which an action changes an attribute."""
    from starlette.websockets import WebSocket

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
    await session.handle_connection(WebSocket(scope, receive, send))
    del counter


Counter: Any = None


async def serve(name: str, descriptor: int) -> None:
    """Serve an application on a socket that listens already."""
    app = {"echo": echo, "synced": synced}[name]
    config = uvicorn.Config(
        app, ws="websockets-sansio", lifespan="off", log_level="critical", log_config=None,
        ws_per_message_deflate=False,
    )  # fmt: skip
    await uvicorn.Server(config).serve(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
