"""S-19: jsonpatch misses differences between `1` and `true`, and makes wrong patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


CHANGES: list[tuple[Any, Any]] = [
    ([1], [True]),
    ([{"a": 0}], [{"a": False}]),
    ({"p": [1, [0]]}, {"p": [0, []]}),
    ([[1], 2, [1]], [2, [1], [1, 1]]),
]


class Holder:
    """An object with one attribute of any type."""

    def __init__(self) -> None:
        self.value: Any = None


async def show(stage: Stage) -> None:
    """Make changes that a faulty diff misses or patches wrongly."""
    with Session() as session:
        holder, other = Holder(), Holder()
        sync = Sync(holder, "H", sync_all=True)
        Sync(other, "F", sync_all=True)
    async with stage.connected(session, "F") as peer:
        for before, after in CHANGES:
            for value in (before, after):
                holder.value = value
                await sync()
            await peer.fence("F")
            held = peer.documents["H"]["value"]
            assert repr(held) == repr(after), (before, after, held)
