"""Tests of `ws_sync._server.turns`, with a clock that counts steps instead of time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, MutableMapping
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.websockets import WebSocketState

from tests.deadlines import DEADLINE
from ws_sync import Session, Sessions, Sync
from ws_sync._server.turns import GAP, SHARE, TURN, Work

STEP = TURN / 5


class Clock:
    """The time of the work: `step` seconds pass in each handler."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def step(self) -> None:
        self.now += STEP


class Flood:
    """A WebSocket whose frames have all arrived, so that receiving one never waits."""

    client = ("192.0.2.1", 1)
    headers = Headers()

    def __init__(self, frames: int) -> None:
        self.application_state = self.client_state = WebSocketState.CONNECTED
        self.frames = frames

    async def accept(self) -> None:
        """It is accepted."""

    async def receive(self) -> MutableMapping[str, Any]:
        if not self.frames:
            self.client_state = WebSocketState.DISCONNECTED
            return {"type": "websocket.disconnect"}
        self.frames -= 1
        return {"type": "websocket.receive", "text": '{"type":"work"}'}

    async def send_text(self, data: str) -> None:
        """No client reads it."""

    async def send_bytes(self, data: bytes) -> None:
        """No client reads it."""

    async def close(self, code: int = 1000, reason: str | None = None) -> None:  # noqa: ARG002
        self.application_state = WebSocketState.DISCONNECTED


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    charge, is_over = Work.charge, Work.is_over

    def by_clock(self: Work, handler: Any, _: object = None) -> Any:
        return charge(self, handler, clock)

    monkeypatch.setattr(Work, "charge", by_clock)
    monkeypatch.setattr(Work, "is_over", lambda self: is_over(self, clock))
    return clock


def session(work: Callable[[], None]) -> Session:
    async def handler(_: object) -> None:
        work()

    session = Session()
    session.register_event("work", handler)
    return session


async def turns_of(sessions: list[Session], frames: int, before: Callable[[], int]) -> list[int]:
    """Flood sessions; return what was done between two turns of the event loop."""
    serving = [asyncio.ensure_future(each.handle_connection(Flood(frames))) for each in sessions]
    done, last = [], before()
    async with asyncio.timeout(DEADLINE):
        while not all(each.done() for each in serving):
            await asyncio.sleep(0)
            done.append(before() - last)
            last = before()
        await asyncio.gather(*serving)
    return done


async def test_frames_that_have_arrived_leave_turns_to_others(clock: Clock) -> None:
    handled: Counter[str] = Counter()

    def work() -> None:
        clock.step()
        handled["all"] += 1

    found = await turns_of([session(work)], 100, lambda: handled["all"])
    assert handled["all"] == 100
    assert max(found) <= TURN / STEP + 1


async def test_handler_that_syncs_much_leaves_turns_to_others(clock: Clock) -> None:
    """A sync that finds no change takes time too."""
    sent: Counter[str] = Counter()
    with Session() as session:
        sync = Sync(Flood(0), "FLOOD", include=["frames"])

    async def handler(_: object) -> None:
        for _ in range(60):
            clock.step()
            sent["all"] += 1
            await sync()

    session.register_event("work", handler)
    found = await turns_of([session], 1, lambda: sent["all"])
    assert sent["all"] == 60
    assert max(found) <= TURN / STEP + 1


async def test_busy_sessions_together_take_one_turn(clock: Clock) -> None:
    handled: Counter[str] = Counter()

    def work() -> None:
        clock.step()
        handled["all"] += 1

    busy = [session(work) for _ in range(20)]
    for each in busy:
        each.intake.work.share.left = -1e9
        each.intake.work.used = 2 * TURN
    found = await turns_of(busy, 100, lambda: handled["all"])
    assert handled["all"] == 2000
    assert max(found) <= TURN / STEP + 1


async def test_session_alone_waits_for_nothing(clock: Clock) -> None:
    handled: Counter[str] = Counter()

    def work() -> None:
        clock.step()
        handled["all"] += 1

    found = await turns_of([session(work)], 1000, lambda: handled["all"])
    assert len(found) <= 1000 / (TURN / STEP) * (GAP + 2) + 10


async def test_waiting_of_a_handler_is_not_charged(clock: Clock) -> None:
    async def handler() -> str:
        clock.step()
        await asyncio.sleep(0)
        clock.step()
        return "done"

    work = Work()
    running = asyncio.ensure_future(_charged(work, handler()))
    await asyncio.sleep(0)
    clock.now += 100  # the work of others
    assert await running == "done"
    assert work.used == pytest.approx(2 * STEP)


async def test_handler_is_cancelled_through_the_charge(clock: Clock) -> None:
    async def handler() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            clock.step()
            return "cancelled"
        return "done"

    work = Work()
    running = asyncio.ensure_future(_charged(work, handler()))
    await asyncio.sleep(0)
    running.cancel()
    assert await running == "cancelled"
    assert work.used == pytest.approx(STEP)


async def _charged(work: Work, handler: Any) -> Any:
    return await work.charge(handler)


async def test_busy_session_that_is_cancelled_takes_no_turn_for_ever() -> None:
    works = [Work() for _ in range(3)]
    for work in works:
        work.share.left = -SHARE.at_once
    waiting = [asyncio.ensure_future(work.give_turn()) for work in works]
    await asyncio.sleep(0)
    waiting[1].cancel()
    async with asyncio.timeout(DEADLINE):
        await asyncio.gather(waiting[0], waiting[2])


async def test_sessions_of_a_user_have_one_share() -> None:
    async with Sessions(lambda: None) as sessions:
        for name in ("one", "other"):
            await sessions.handle_connection(Flood(0), ("ann", name))
        await sessions.handle_connection(Flood(0), ("bob", "one"))
        found = [
            sessions.get((user, name))
            for user, name in [("ann", "one"), ("ann", "other"), ("bob", "one")]
        ]
        ann, same, bob = [each.intake.work.share for each in found if each is not None]
        assert ann is same
        assert ann is not bob
