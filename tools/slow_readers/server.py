"""The server: `python -m tools.slow_readers.server NAME FILE_DESCRIPTOR`.

A connection to `/normal` gets an object with an action. A connection to `/large` gets an object
whose large state the server changes until the connection ends.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

from ws_sync import Session, Sync, remote_action, sync_all

LARGE = 200_000
"""Characters of the large state; each change replaces all of them."""
INTERVAL = 1.0
"""Seconds between changes."""


class Normal:
    """An object with one action."""

    sync: Sync

    @sync_all("K")
    def __init__(self) -> None:
        self.count = 0

    @remote_action("SET")
    async def set(self, value: int) -> None:
        """Change the attribute."""
        self.count = value
        await self.sync()


class Large:
    """An object with a large state."""

    sync: Sync

    @sync_all("LARGE")
    def __init__(self) -> None:
        self.text = ""

    async def publish(self) -> None:
        """Change the state again and again."""
        number = 0
        while True:
            number += 1
            self.text = f"{number:08}" * (LARGE // 8)
            await self.sync()
            await asyncio.sleep(INTERVAL)


async def normal(ws: Any) -> None:
    """Serve one connection with a session of its own."""
    session = Session()
    with session:
        served = Normal()
    await session.handle_connection(ws)
    del served


async def large(ws: Any) -> None:
    """Serve one connection with a large state."""
    session = Session()
    with session:
        served = Large()
    publishing = asyncio.create_task(served.publish())
    try:
        await session.handle_connection(ws)
    finally:
        publishing.cancel()


ENDPOINTS = {"/normal": normal, "/large": large}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Serve the endpoints as an ASGI application."""
    from starlette.websockets import WebSocket

    await ENDPOINTS[scope["path"]](WebSocket(scope, receive, send))


async def serve(name: str, listener: socket.socket) -> None:
    """Serve on a listening socket until the process is killed."""
    if name == "picows":
        from ws_sync._apps.picows import Server

        await Server(ENDPOINTS.get).start(listener)
        await asyncio.Event().wait()
    import uvicorn

    config = uvicorn.Config(
        app, ws="websockets-sansio", lifespan="off", log_level="critical", log_config=None,
        ws_per_message_deflate=False,
    )  # fmt: skip
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2]))))
