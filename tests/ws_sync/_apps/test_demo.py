"""Tests of `ws_sync._apps.demo`."""

from __future__ import annotations

from ws_sync._apps.demo import MAX_LENGTH, Board, Notes, view_for
from ws_sync.session import Session
from ws_sync.testing import TestClient

KEY = "NOTES"
FIRST = ["Milk", "Bread", "A bar of chocolate"]


def pair() -> tuple[tuple[Session, Notes], tuple[Session, Notes]]:
    board = Board()

    def one() -> tuple[Session, Notes]:
        with Session() as session:
            return session, Notes(board)

    return one(), one()


async def test_what_one_view_writes_is_seen_in_the_other() -> None:
    (first, one), (second, _two) = pair()
    async with TestClient(first) as left, TestClient(second) as right:
        await left.replace(KEY, "/notes/0", "Oat milk")
        await right.until(lambda all_: all_[KEY]["notes"] == ["Oat milk", *FIRST[1:]])
        await left.until(lambda all_: all_[KEY]["totalLength"] == one.total_length)
        await right.replace(KEY, "/title", "Ours")
        await left.until(lambda all_: all_[KEY]["title"] == "Ours")


async def test_refused_writes_change_nothing() -> None:
    (session, notes), _ = pair()
    async with TestClient(session) as client:
        for path, value in [
            ("/title", 5),
            ("/notes", "text"),
            ("/notes/0", None),
            ("/notes/0", "x" * (MAX_LENGTH + 1)),
            ("/progress", 0.5),
            ("/totalLength", 0),
        ]:
            await client.replace(KEY, path, value)
            state = await client.get(KEY)
            assert (state["title"], state["notes"], state["progress"]) == ("Shopping", FIRST, None)
        assert notes.notes == FIRST


async def test_export_is_cancelled_and_leaves_no_progress() -> None:
    (session, _notes), _ = pair()
    async with TestClient(session) as client:
        await client.start(KEY, "EXPORT", seconds=60)
        await client.until(lambda all_: all_[KEY]["progress"] is not None)
        await client.cancel(KEY, "EXPORT")
        await client.until(lambda all_: all_[KEY]["runningTasks"] == [])
        assert (await client.get(KEY))["progress"] is None


async def test_views_of_one_name_share_a_board() -> None:
    with Session():
        left, right = await view_for("room.left"), await view_for("room.right")
        other, same_user = await view_for("hall.left"), await view_for(("room", "tab"))
    assert left.notes is right.notes is same_user.notes
    assert other.notes is not left.notes
