"""How long a client waits before it reconnects (session-backoff).

Each wait is longer than the one before, up to a limit. Half of it is random, so that the clients of
a restarted server do not all return at once. Only a connection that lasted resets the waits: a
server that closes each connection right after the state must not be flooded with attempts.
"""

from __future__ import annotations

import random
from collections.abc import Callable

GROWTH = 1.7


class Backoff:
    """The waits of one client."""

    def __init__(
        self,
        first: float = 0.25,
        limit: float = 15.0,
        random: Callable[[], float] = random.random,
    ) -> None:
        """Set the bounds.

        Args:
            first: the longest first wait, in seconds.
            limit: the longest wait, in seconds.
            random: returns a number from 0 to 1, which decides half of each wait.
        """
        self._first = first
        self._limit = limit
        self._random = random
        self._next = first

    def failed(self) -> float:
        """Return the seconds to wait after a failed attempt or a lost connection."""
        wait, self._next = self._next, min(self._next * GROWTH, self._limit)
        return wait * (0.5 + self._random() / 2)

    def lasted(self, seconds: float) -> None:
        """Reset the waits if a connection that received a state has lasted long enough."""
        if seconds >= self._limit:
            self._next = self._first
