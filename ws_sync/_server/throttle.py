"""Throttled syncs: at most one every so many seconds, but the last value always goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Throttle:
    """When the last sync was, and the one that makes up for those skipped since."""

    __slots__ = ("_last", "_later")

    def __init__(self) -> None:
        self._last = float("-inf")
        self._later: asyncio.TimerHandle | None = None

    def passed(self, now: float) -> None:
        """Note that a sync went out now, by the event loop; it makes up for all skipped ones."""
        self._last = now
        if self._later is not None:
            self.cancel()

    def skips(self, interval: float | None, later: Callable[[], None]) -> bool:
        """Tell whether a sync comes too early; `later` is then called when the time has come.

        Args:
            interval: seconds that must have passed since the last one; None: any.
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
            self._later = loop.call_at(when, later)
        return True

    def cancel(self) -> None:
        """Forget the sync that was to make up for skipped ones."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
