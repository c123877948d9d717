"""Millions of events through one session, over connections that begin and end in every way.

An event is a frame of the client, or a sync that the server starts by itself. A mirror follows some
of the connections, and must equal the server's state at their end.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from random import Random

from conformance.protocol.mirror import Mirror
from conformance.protocol.wire import same
from tools.soak.application import UNHURRIED, Item, make_in
from tools.soak.events import Frame, flood, life
from tools.soak.flatness import SAMPLES, Watch
from tools.soak.wire import Step, Wire
from ws_sync import Session
from ws_sync._core.protocol.close_codes import CloseCode

LIFE = 10_000
"""Draws of events on one connection."""
MIRRORED = 50
"""A mirror follows every connection of this number; they are shorter, because it is slow."""
ITEMS = 7
"""Short-lived objects that exist at the same time."""
OWN = 20
"""Received frames for each sync that the server starts."""


class Soak:
    """A long run through one session.

    Attributes:
        done: events so far.
        sent: number of frames of each kind that the server has sent.
        lives: connections so far.
        compared: mirrors that were compared, all equal.
    """

    def __init__(self, seed: int) -> None:
        log = logging.Logger("soaked", logging.CRITICAL + 1)  # records are not written
        self.done = 0
        self.sent: Counter[str] = Counter()
        self.lives = 0
        self.compared = 0
        self._random = Random(seed)
        self._session = Session(log, limits=UNHURRIED)
        self._board, self._card = make_in(self._session)
        self._items: list[Item] = []
        self._made = 0
        self._serving: asyncio.Task[None] | None = None

    async def run(self, events: int, watch: Watch) -> None:
        """Send `events` events, and take samples."""
        while self.done < events:
            due = min(events, self.done + events // SAMPLES)
            while self.done < due:
                await self._live()
            await self._rest()
            watch.sample(self.done)

    async def _live(self) -> None:
        """Run one connection; the client, a takeover or malformed frames end it."""
        self.lives += 1
        mirrored = self.lives % MIRRORED == 0
        frames = life(self._random, LIFE // 10 if mirrored else LIFE, self.done)
        taken_over = not mirrored and self.lives % 2 == 0
        wire = Wire(self._counted(frames), self.sent, stays=mirrored or taken_over)
        if mirrored:
            wire.mirror = Mirror()
        older, self._serving = self._serving, asyncio.create_task(self._serve(wire))
        if older is not None:  # it is open until this one takes over
            await older
        if wire.mirror is not None or taken_over:
            idle = asyncio.ensure_future(wire.is_idle.wait())
            await asyncio.wait([idle, self._serving], return_when=asyncio.FIRST_COMPLETED)
            if not idle.done():
                await self._serving  # raises its error, if it has one
                raise AssertionError(wire.failure or f"closed with {wire.close_code}")
        else:
            await self._serving
        if wire.mirror is not None:
            await self._compare(wire, wire.mirror)
            wire.mirror = None  # a document refers to its last connection
        if self.lives % 100 == 1:
            await self._flood()

    async def _flood(self) -> None:
        await self._rest()
        wire = Wire(self._counted(flood(UNHURRIED.malformed + 1)), self.sent, stays=False)
        await self._serve(wire)
        assert wire.close_code == CloseCode.POLICY_VIOLATION, wire.close_code

    async def _rest(self) -> None:
        """Disconnect the client, and end all tasks."""
        if self._serving is not None:
            await self._session.disconnect()
            await self._serving
            self._serving = None
        tasks = [*self._board.sync.running_tasks.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _serve(self, wire: Wire) -> None:
        await self._session.handle_connection(wire)

    async def _compare(self, wire: Wire, mirror: Mirror) -> None:
        await self._board.sync()
        while (here := self._session.connection) is not None and here.has_unsent:  # noqa: ASYNC110  # its writer
            await asyncio.sleep(0)
        for each in (self._board, self._card):
            held, snapshot = mirror[each.sync.key], each.sync.state_snapshot
            assert same(held, snapshot), f"the client holds {held}, the server {snapshot}"
        self.compared += 1
        await self._rest()
        assert wire.close_code == CloseCode.NORMAL_CLOSURE, wire.close_code

    def _counted(self, frames: Iterator[Frame]) -> Iterator[Step]:
        for number, frame in enumerate(frames):
            self.done += 1
            yield frame
            if number % OWN == 0:
                self.done += 1
                yield self._change if number % (10 * OWN) else self._renew

    async def _change(self) -> None:
        """Change something at the server."""
        self._board.notes.append(self._board.notes.pop(0))
        await self._board.sync()

    async def _renew(self) -> None:
        """Create an object and drop the oldest; keys are used again later."""
        self._made += 1
        with self._session:
            self._items.append(Item(f"ITEM{self._made % (3 * ITEMS)}"))
        del self._items[:-ITEMS]
