"""X-4: only a property can be read-only, and types do not restrict the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Account:
    """An object with an attribute that the client must not change."""

    def __init__(self) -> None:
        self.balance = 5


async def show(stage: Stage) -> None:
    """Declare an attribute as read-only, and write to it."""
    declared: Any = {"read_only": ["balance"]}
    with Session() as session:
        account = Account()
        try:
            Sync(account, "A", sync_all=True, **declared)
        except TypeError as error:
            raise AssertionError("read-only attributes can't be declared") from error
    async with stage.connected(session, "A") as peer:
        await peer.send("_SET:A", {"balance": 1_000_000})
        await peer.fence("A")
        assert account.balance == 5
