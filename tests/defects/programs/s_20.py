"""S-20: without a logger, a name with an underscore on the wire raises an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Thing:
    """An object with a name in snake case."""

    def __init__(self) -> None:
        self.total_length = 0


async def show(stage: Stage) -> None:
    """Create a `Sync` as in the first generation."""
    with Session() as session:
        thing = Thing()
        Sync("THING", thing, total_length=...)
    async with stage.connected(session, "THING") as peer:
        assert peer.documents["THING"] == {"total_length": 0}, peer.documents
