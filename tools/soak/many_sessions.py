"""Thousands of sessions in one store, each opened, used in every way and closed."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from weakref import ref

from tools.soak.application import UNHURRIED, make
from tools.soak.events import Frame, event, life
from tools.soak.flatness import SAMPLES, Watch
from tools.soak.wire import Wire
from ws_sync import Session, Sessions, get_global_session

TOGETHER = 100
"""Sessions that are open at the same time."""
DEADLINE = 60.0  # seconds
LIFE = 30
"""Draws of events in each session."""


async def run(number: int, seed: int, watch: Watch, sent: Counter[str]) -> None:
    """Open and close `number` sessions, and take samples."""
    random = Random(seed)
    made: list[ref[Session]] = []

    def factory() -> object:
        made.append(ref(get_global_session()))
        return make()

    sessions = Sessions(factory, limit=TOGETHER, grace=0, limits=UNHURRIED)
    async with sessions:
        for done in range(0, number, TOGETHER):
            if done % max(TOGETHER, number // SAMPLES) < TOGETHER:
                await _gone(made)
                watch.sample(done)
            together = range(done, min(done + TOGETHER, number))
            await asyncio.gather(*[_visit(sessions, each, random, sent) for each in together])
            await _until(lambda: not len(sessions), "every session has ended")
        await _gone(made)
        watch.sample(number)


async def _gone(made: list[ref[Session]]) -> None:
    """Wait until all sessions are freed; a reference to one is a leak."""

    def are_gone() -> bool:
        gc.collect()
        return not any(session() for session in made)

    await _until(are_gone, "every session is forgotten")
    made.clear()


async def _until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition that timers of the library bring about."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {DEADLINE} s until {what}")
        await asyncio.sleep(0.01)


async def _visit(sessions: Sessions, name: int, random: Random, sent: Counter[str]) -> None:
    """Connect to one session, and leave a task running at the end."""
    await sessions.handle_connection(Wire(_steps(random, name), sent, stays=False), name)


def _steps(random: Random, name: int) -> Iterator[Frame]:
    yield from life(random, LIFE, name)
    yield event("_TASK_START:BOARD", {"type": "WAIT"})
