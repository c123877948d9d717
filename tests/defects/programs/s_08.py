"""S-08: a throttled sync never sends the last value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Counter:
    """An object that changes often."""

    def __init__(self) -> None:
        self.value = 0


async def show(stage: Stage) -> None:
    """Sync often and throttled; the client receives the last value."""
    with Session() as session:
        counter = Counter()
        sync = Sync(counter, "C", sync_all=True)
    async with stage.connected(session, "C") as peer:
        for _ in range(50):
            counter.value += 1
            await sync(if_since_last=0.05)
        await peer.until(lambda: peer.documents["C"]["value"] == 50)
