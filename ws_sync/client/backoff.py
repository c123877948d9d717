"""How long a client waits before it connects again (session-backoff).

Each wait is longer than the one before, up to a limit, and has a random part: the clients of a
server that was restarted do not come back all at once. What counts as success is a connection that
lasted; one that is closed right after its first state must not make the client hammer the server.
"""

from __future__ import annotations

import random
from collections.abc import Callable

GROWTH = 1.7


class Backoff:
    """The waiting times of one client."""

    def __init__(
        self,
        first: float = 0.25,
        limit: float = 15.0,
        random: Callable[[], float] = random.random,
    ) -> None:
        """Set the bounds.

        Args:
            first: the first wait in seconds, at most.
            limit: the longest.
            random: returns numbers from 0 to 1; half of each wait is left to it.
        """
        self._first = first
        self._limit = limit
        self._random = random
        self._next = first

    def failed(self) -> float:
        """Return how long to wait after an attempt that failed or a connection that was lost."""
        wait, self._next = self._next, min(self._next * GROWTH, self._limit)
        return wait * (0.5 + self._random() / 2)

    def lasted(self, seconds: float) -> None:
        """Note how long a connection lasted on which a state had come."""
        if seconds >= self._limit:
            self._next = self._first
