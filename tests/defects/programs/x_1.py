"""X-1: any web page can connect, even to a server on the visitor's own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage

HOST = "localhost:8000"


class Diary:
    """An object with private data."""

    def __init__(self) -> None:
        self.text = "secret"


async def show(stage: Stage) -> None:
    """Connect as a page of another origin, as a page of the server, and without an origin."""
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
        assert not peer.events, f"a page of another origin received {peer.events}"
        assert peer.closed != 1000
