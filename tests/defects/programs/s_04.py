"""S-04: a change is never sent again if its frame could not be sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Point:
    """An object with two attributes."""

    def __init__(self) -> None:
        self.x = self.y = 0


async def show(stage: Stage) -> None:
    """Fail to send one frame; a client that is still connected gets the change."""
    with Session() as session:
        point = Point()
        sync = Sync(point, "P", sync_all=True)
    async with stage.connected(session, "P") as peer:
        failures = [RuntimeError("the network is gone for a moment")]

        def sending() -> None:
            if failures:
                raise failures.pop()

        peer.sending = sending
        point.y = 1
        await sync()
        while failures:  # noqa: ASYNC110  # wait for the frame
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        point.x = 1
        await sync()
        if session.is_connected:
            await peer.until(lambda: peer.documents["P"]["x"] == 1)
            assert peer.documents["P"] == {"x": 1, "y": 1}, peer.documents
    async with stage.connected(session, "P") as peer:
        assert peer.documents["P"] == {"x": 1, "y": 1}, peer.documents
