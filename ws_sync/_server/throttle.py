"""Throttled syncs: at most one per interval, but the last value is always sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Throttle:
    """The time of the last sync, and the timer that makes up for those skipped since."""

    __slots__ = ("_last", "_later")

    def __init__(self) -> None:
        self._last = float("-inf")
        self._later: asyncio.TimerHandle | None = None

    def passed(self, now: float) -> None:
        """Note that a patch was sent `now`, by the event loop; skipped syncs are obsolete."""
        self._last = now
        if self._later is not None:
            self.cancel()

    def skips(self, interval: float | None, later: Callable[[], None]) -> bool:
        """Return whether a sync comes too early; if so, call `later` when the interval has passed.

        Args:
            interval: seconds that must have passed since the last sync; None for no limit.
            later: makes up for the skipped sync.
        """
        if not interval:
            return False
        loop = asyncio.get_running_loop()
        when = self._last + interval
        if when <= loop.time():
            return False
        if self._later is None or self._later.when() > when:
            self.cancel()
            self._later = loop.call_at(when, self._make_up, later)
        return True

    def _make_up(self, later: Callable[[], None]) -> None:
        self._later = None
        later()

    def cancel(self) -> None:
        """Do not make up for skipped syncs."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
