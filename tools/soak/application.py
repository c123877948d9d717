"""The application of a long run: objects of every kind that the library syncs.

No attribute grows beyond a few kilobytes however long it runs, so growing memory is a leak.
"""

from __future__ import annotations

import asyncio

from pydantic import BaseModel, Field

from ws_sync import Session, Sync, Synced, SyncedList, remote_action, remote_task, sync_all
from ws_sync.limits import Limits

UNHURRIED = Limits(events=None, received=None, connections=None)
"""No client is throttled, however much it sends."""

ROWS = 5
"""Elements of the lists."""


class Board:
    """An object with actions, tasks, bytes, a derived attribute and one that is read-only."""

    sync: Sync

    @sync_all("BOARD", expose_running_tasks=True, read_only=["balance"])
    def __init__(self) -> None:
        self.title = ""
        self.number = 0
        self.balance = 0
        self.rows = [{"id": number, "done": False} for number in range(ROWS)]
        self.notes = SyncedList({"text": "", "tags": ["a", "b"]} for _ in range(ROWS))
        self.table: dict[str, object] = {}

    @property
    def total(self) -> int:
        """Derived from what the client writes."""
        return len(self.rows) + len(self.table)

    @remote_action("SET")
    async def set(self, value: int) -> None:
        """Change an attribute."""
        self.number = self.balance = value
        await self.sync()

    @remote_action("NOTE")
    async def note(self, at: int, text: str) -> None:
        """Change a tracked list inside."""
        self.notes[at % ROWS]["text"] = text
        await self.sync()

    @remote_action("FILE")
    async def file(self, data: bytes, name: str) -> None:
        """Take bytes, and send as many back."""
        self.title = f"{name}: {len(data)}"
        await self.sync()
        await self.sync.send_binary({"type": "FILED", "name": name}, data)

    @remote_action("PING")
    async def ping(self) -> None:
        """Answer, so the client knows that all events before this one are handled."""
        await self.sync.send_action({"type": "PONG"})

    @remote_action("FAIL")
    async def fail(self) -> None:
        """Raise."""
        raise RuntimeError("on purpose")

    @remote_task("COUNT")
    async def count(self, steps: int) -> None:
        """Change an attribute a few times, and end."""
        for step in range(steps):
            self.balance = step
            await self.sync()
            await asyncio.sleep(0)

    @remote_task("WAIT")
    async def wait(self) -> None:
        """Run until it is cancelled."""
        await asyncio.Event().wait()


@sync_all()
class Card(Synced, BaseModel):
    """A model with constraints and a nested one."""

    class Size(BaseModel):
        """Part of a card."""

        width: int = Field(default=10, ge=0, le=1000)

    title: str = Field(default="card", max_length=40)
    size: Size = Size()


class Item:
    """A short-lived object in a long-lived session."""

    sync: Sync

    def __init__(self, key: str) -> None:
        self.value = 0
        self.self_reference = self  # only the garbage collector frees it
        self.sync = Sync.only(self, key, value=...)


def make() -> tuple[Board, Card]:
    """Make the objects of one session."""
    return Board(), Card()


def make_in(session: Session) -> tuple[Board, Card]:
    """Make them in a given one."""
    with session:
        return make()
