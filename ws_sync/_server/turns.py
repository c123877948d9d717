"""Turns: how the sessions of one event loop share its time.

The time that each step of a handler takes on the event loop is charged to its session. After `TURN`
seconds the session yields, however many of its frames were already received. A session that stays
below its `SHARE` continues in the next turn of the loop. The others are busy, and of all busy
sessions together only one continues, after a gap of some turns. So any number of busy sessions take
at most `TURN` and one step from the others at a time. A session that is alone is not delayed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from time import perf_counter
from types import coroutine
from typing import Any, TypeVar

from anyio.lowlevel import RunVar

from ws_sync._core.protocol.token_bucket import Rate, TokenBucket

TURN = 0.003
"""Seconds of work after which a session yields."""

GAP = 8
"""Turns of the event loop between the turns of two busy sessions.

A frame of another session needs several turns on its way through the server and back.
"""

SHARE = Rate(0.05, 0.02)
"""Seconds of work, a second and at once, above which the session of a user is busy."""

Result = TypeVar("Result")


class Work:
    """The work of one session.

    Attributes:
        share: the share of its user, which the user's sessions have in common.
        used: seconds since the session last yielded.
        began: when the present step of a handler began, by its clock; infinity outside of one.
    """

    __slots__ = ("began", "share", "used")

    def __init__(self) -> None:
        self.share = TokenBucket(SHARE)
        self.used = 0.0
        self.began = float("inf")

    def is_over(self, clock: Callable[[], float] = perf_counter) -> bool:
        """Return whether the present step of a handler takes longer than a turn."""
        return clock() - self.began > TURN

    @coroutine
    def charge(
        self, handler: Awaitable[Result], clock: Callable[[], float] = perf_counter
    ) -> Generator[Any, Any, Result]:
        """Run a handler, and charge the time of each step between two of its waits."""
        steps = handler.__await__()
        error: BaseException | None = None
        while True:
            self.began = clock()
            try:
                waits_for = steps.send(None) if error is None else steps.throw(error)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            finally:
                self.used += clock() - self.began
                self.began = float("inf")
            error = None
            try:
                yield waits_for
            except BaseException as thrown:  # noqa: BLE001  # the handler decides
                error = thrown

    async def give_turn(self) -> None:
        """Let others continue; a busy session waits for its turn among the busy ones."""
        self.share.left -= self.used
        self.used = 0.0
        if self.share.left < 0 and self.share.wait(asyncio.get_running_loop().time()):
            await _busy().wait()
        else:
            await asyncio.sleep(0)


class _Busy:
    """The busy sessions of an event loop, which continue one at a time."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait for the turn of one session."""
        loop = asyncio.get_running_loop()
        mine = loop.create_future()
        self._waiting.append(mine)
        if len(self._waiting) == 1:
            loop.call_soon(self._count_down, loop, GAP)
        await mine

    def _count_down(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        if turns:
            loop.call_soon(self._count_down, loop, turns - 1)
            return
        first = self._waiting.popleft()
        if not first.done():  # it was not cancelled
            first.set_result(None)
        if self._waiting:
            loop.call_soon(self._count_down, loop, GAP)


_of_loop: RunVar[_Busy] = RunVar("ws_sync_busy")


def _busy() -> _Busy:
    try:
        return _of_loop.get()
    except LookupError:
        busy = _Busy()
        _of_loop.set(busy)
        return busy
