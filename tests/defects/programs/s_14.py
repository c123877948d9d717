"""S-14: overlapping `with session:` blocks raise, as they leave each other's contexts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Thing:
    """A synced object."""

    def __init__(self) -> None:
        self.value = 0


async def show(stage: Stage) -> None:
    """Use one session in two tasks that end in the order in which they began."""
    session = Session()
    entered, leave = [asyncio.Event(), asyncio.Event()], [asyncio.Event(), asyncio.Event()]

    async def use(number: int) -> Any:
        with session:
            entered[number].set()
            await leave[number].wait()
            thing = Thing()
            return Sync(thing, f"T{number}", sync_all=True).session

    tasks = []
    for number in (0, 1):
        tasks.append(asyncio.create_task(use(number)))
        await entered[number].wait()
    for number in (0, 1):
        leave[number].set()
        assert await tasks[number] is session
    async with stage.connected(session):
        pass
