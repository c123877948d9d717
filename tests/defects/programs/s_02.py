"""S-02: an action of the older connection runs concurrently with events of the newer one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


async def show(stage: Stage) -> None:
    """Take over while an action runs; all actions run one after another, in order."""
    log: list[str] = []
    go_on = asyncio.Event()

    class Counter:
        def __init__(self) -> None:
            self.value = 0

    async def wait() -> None:
        log.append("begin wait")
        await go_on.wait()
        log.append("end wait")

    async def step(number: int) -> None:
        log.append(f"begin {number}")
        for _ in range(5):
            await asyncio.sleep(0)
        log.append(f"end {number}")

    with Session() as session:
        counter = Counter()
        Sync(counter, "C", sync_all=True, actions={"wait": wait, "step": step})
    async with stage.connected(session, "C") as older:
        await older.send("_ACTION:C", {"type": "wait"})
        while not log:  # noqa: ASYNC110  # wait for the action to begin
            await asyncio.sleep(0)
        async with stage.connected(session, "C") as newer:
            for number in range(3):
                await newer.send("_ACTION:C", {"type": "step", "number": number})
            go_on.set()
            await newer.fence("C")
    expected = ["begin wait", "end wait"]
    for number in range(3):
        expected += [f"begin {number}", f"end {number}"]
    assert log == expected, log
