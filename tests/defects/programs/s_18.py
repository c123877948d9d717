"""S-18: an object in two places is edited in both, but only one edit is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Table:
    """An object that contains one row twice."""

    def __init__(self) -> None:
        row = {"n": 0}
        self.rows = [row, row]


async def show(stage: Stage) -> None:
    """Edit one of two places that share an object; client and server agree at the end."""
    with Session() as session:
        table, other = Table(), Table()
        sync = Sync(table, "T", sync_all=True)
        Sync(other, "F", sync_all=True)
    async with stage.connected(session, "F") as peer:
        peer.documents["T"] = {"rows": [{"n": 5}, {"n": 0}]}
        await peer.send("_PATCH:T", [{"op": "replace", "path": "/rows/0/n", "value": 5}])
        await peer.fence("F")
        await sync()
        await peer.fence("F")
        assert peer.documents["T"]["rows"] == table.rows, (peer.documents["T"], table.rows)
