"""X-1: any web page may connect, to a server on the visitor's own machine as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage

HOST = "localhost:8000"


class Diary:
    """An object that is nobody else's business."""

    def __init__(self) -> None:
        self.text = "secret"


async def show(stage: Stage) -> None:
    """Connect as a foreign page; one of the server's own, and what is no browser, still get in."""
    with Session() as session:
        diary = Diary()
        Sync(diary, "D", sync_all=True)
    async with stage.connected(session, "D", {"host": HOST, "origin": f"http://{HOST}"}):
        pass
    async with stage.connected(session, "D"):
        pass
    foreign = {"host": HOST, "origin": "https://evil.example"}
    async with stage.connected(session, headers=foreign) as peer:
        await peer.until(lambda: peer.events or peer.closed)
        assert not peer.events, f"a foreign page has got {peer.events}"
        assert peer.closed != 1000
