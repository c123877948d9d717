"""The same events over real connections, one after another, to a server in its own process.

`python -m tools.soak.over_sockets NAME FILE_DESCRIPTOR` runs that server, with one session.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tools.soak.application import UNHURRIED, make_in
from tools.soak.events import event, life
from tools.soak.flatness import SAMPLES, Watch
from ws_sync import Session

SERVERS = ("picows", "uvicorn")
LIFE = 5_000
"""Draws of events on one connection."""
AHEAD = 200
"""Frames that are sent before the client waits for the server."""
DEADLINE = 120.0  # seconds for these frames


class Client(WSListener):
    """A client on one connection."""

    def __init__(self) -> None:
        super().__init__()
        self._answered = asyncio.Event()
        self.transport: WSTransport

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Keep the transport."""
        self.transport = transport

    def on_ws_frame(self, _: WSTransport, frame: WSFrame) -> None:
        """Notice the answer to a fence."""
        if frame.msg_type == WSMsgType.TEXT and b'"PONG"' in frame.get_payload_as_bytes():
            self._answered.set()

    def send(self, frame: str | bytes) -> None:
        """Send a frame."""
        kind = WSMsgType.TEXT if isinstance(frame, str) else WSMsgType.BINARY
        self.transport.send(kind, frame)

    async def fence(self) -> None:
        """Wait until the server has handled all frames so far."""
        self._answered.clear()
        self.send(event("_ACTION:BOARD", {"type": "PING"}))
        async with asyncio.timeout(DEADLINE):
            await self._answered.wait()


async def run(name: str, events: int, seed: int) -> bool:
    """Send `events` events; return whether the memory of the server is flat."""
    random, done = Random(seed), 0
    with _serving(name) as (url, process):
        watch = Watch("events", process=process)
        while done < events:
            due = min(events, done + events // SAMPLES)
            while done < due:
                done += await _live(url, random, done, min(LIFE, events // SAMPLES))
            watch.sample(done)
        return watch.verdict()


async def _live(url: str, random: Random, first: int, draws: int) -> int:
    """Run one connection; return its number of events."""
    _, client = await ws_connect(Client, url, websocket_handshake_timeout=DEADLINE)
    assert isinstance(client, Client)
    number = 0
    for number, frame in enumerate(life(random, draws, first), 1):
        client.send(frame)
        if number % AHEAD == 0:
            await client.fence()
    await client.fence()
    client.transport.disconnect()
    await client.transport.wait_disconnected()
    return number


@contextmanager
def _serving(name: str) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "tools.soak.over_sockets", name, str(descriptor)]
        with subprocess.Popen(command, pass_fds=[descriptor]) as process:
            try:
                yield f"ws://127.0.0.1:{listener.getsockname()[1]}/", process.pid
            finally:
                process.kill()


async def serve(name: str, listener: socket.socket) -> None:
    """Serve one session on a listening socket until the process is killed."""
    session = Session(logging.Logger("soaked", logging.CRITICAL + 1), limits=UNHURRIED)
    objects = make_in(session)
    if name == "picows":
        from ws_sync._apps.picows import Server

        await Server(lambda _: session.handle_connection).start(listener)
        await asyncio.Event().wait()
    import uvicorn
    from starlette.websockets import WebSocket

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await session.handle_connection(WebSocket(scope, receive, send))

    config = uvicorn.Config(
        app, ws="websockets-sansio", lifespan="off", log_level="critical", log_config=None
    )
    await uvicorn.Server(config).serve(sockets=[listener])
    del objects


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2]))))
