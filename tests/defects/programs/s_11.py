"""S-11: the checks of one instance are used for other instances of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws_sync import Session, Sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


class Thing:
    """A class with two instances that are configured differently."""

    a: int
    b: int

    def __init__(self) -> None:
        self.a = self.b = 1


async def show(stage: Stage) -> None:
    """Give two instances different actions of one name, and different attributes."""
    calls: list[Any] = []

    async def put_text(text: str) -> None:
        calls.append(text)

    async def put_number(number: int) -> None:
        calls.append(number)

    with Session() as session:
        first, second = Thing(), Thing()
        Sync(first, "FIRST", include={"a": ...}, actions={"put": put_text})
        Sync(second, "SECOND", include={"b": ...}, actions={"put": put_number})
    async with stage.connected(session, "SECOND") as peer:
        await peer.send("_ACTION:FIRST", {"type": "put", "text": "x"})
        await peer.send("_ACTION:SECOND", {"type": "put", "number": 5})
        await peer.fence("SECOND")
        assert calls == ["x", 5], calls
        await check_types(peer, first, second)


async def check_types(peer: Any, first: Thing, second: Thing) -> None:
    """Write values of wrong types to both; either both are checked, or neither is."""
    await peer.send("_SET:FIRST", {"a": "no number"})
    await peer.send("_SET:SECOND", {"b": "no number"})
    await peer.fence("SECOND")
    assert (first.a == 1) == (second.b == 1), (first.a, second.b)
