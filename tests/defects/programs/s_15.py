"""S-15: other frames are sent between a `_BIN_META` and its bytes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Thing:
    """A synced object."""

    def __init__(self) -> None:
        self.value = 0


async def show(stage: Stage) -> None:
    """Send bytes from several tasks to a client that reads slowly."""
    with Session() as session:
        thing = Thing()
        sync = Sync(thing, "T", sync_all=True)
    async with stage.connected(session, "T") as peer:
        peer.sending = lambda: asyncio.sleep(0)
        sends = [sync.send_binary({"type": "take", "n": n}, bytes([n])) for n in range(3)]
        thing.value = 1
        await asyncio.gather(*sends, sync())
        await peer.until(lambda: sum(event == "bytes" for event, _ in peer.events) == 3)
    for position, (event, data) in enumerate(peer.events):
        if event == "_BIN_META":
            assert peer.events[position + 1] == ("bytes", bytes([data["metadata"]["n"]]))
