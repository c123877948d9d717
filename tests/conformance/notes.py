"""Applications without the testee contract, as users of the library write them.

`ws-sync serve tests.conformance.notes:app` serves one at each path.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ws_sync import Session, Sync, remote_action, sync_all

TICK = 0.02


class Notes:
    """Notes, and their length."""

    sync: Sync

    @sync_all("NOTES")
    def __init__(self) -> None:
        self.title = "My Notes"
        self.notes: list[str] = ["first"]

    @property
    def total_length(self) -> int:
        """The number of characters in all notes; derived."""
        return sum(len(note) for note in self.notes)

    @remote_action("ADD")
    async def add(self, note: str) -> None:
        """Add a note."""
        self.notes.append(note)
        await self.sync()


class Clock:
    """It ticks on its own; `looks` changes without a patch at each read."""

    sync: Sync

    @sync_all("CLOCK")
    def __init__(self) -> None:
        self.ticks = 0
        self._looks = itertools.count()

    @property
    def looks(self) -> int:
        """Another number at each read."""
        return next(self._looks)

    async def run(self) -> None:
        """Tick until the server ends."""
        while True:
            await asyncio.sleep(TICK)
            self.ticks += 1
            await self.sync()


with Session() as one_session:
    notes = Notes()
with Session() as clock_session:
    clock = Clock()


async def shared(ws: WebSocket) -> None:
    """Serve one session to all clients."""
    await one_session.handle_connection(ws)


async def apart(ws: WebSocket) -> None:
    """Serve a session of its own on each connection."""
    with Session() as session:
        document = Notes()
    await session.handle_connection(ws)
    del document


async def ticking(ws: WebSocket) -> None:
    """Serve a clock."""
    await clock_session.handle_connection(ws)


@asynccontextmanager
async def run_clock(_: Starlette) -> AsyncIterator[None]:
    """Run the clock while the server runs."""
    task = asyncio.create_task(clock.run())
    yield
    task.cancel()


app = Starlette(
    routes=[
        WebSocketRoute("/notes", shared),
        WebSocketRoute("/apart", apart),
        WebSocketRoute("/clock", ticking),
    ],
    lifespan=run_clock,
)
