"""How fast a client may be: buckets that fill with time and are emptied by what it does.

Whoever is faster is not cut off and loses nothing: its frames are read more slowly, until the
network makes it wait. A client that lost its connection instead would come back and get all states
anew, which costs more than the frames that it is kept from sending.

No clock is looked at as long as there is something in a bucket, so what is below the rate costs
next to nothing. The price: after a pause, twice what a bucket holds may come at once.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Rate(NamedTuple):
    """So much a second in the long run, and so much at once."""

    per_second: float
    at_once: float


UNLIMITED = Rate(math.inf, math.inf)


class Bucket:
    """What is left of a rate.

    Attributes:
        left: so much may be had without waiting; what is below zero has to be waited for.
    """

    __slots__ = ("_filled", "_rate", "left")

    def __init__(self, rate: Rate | None) -> None:
        """Begin with a full bucket; None: it never gets empty."""
        self._rate = rate or UNLIMITED
        self.left = self._rate.at_once
        self._filled: float | None = None  # when

    def wait(self, now: float) -> float:
        """Fill the bucket up.

        Args:
            now: the time, in seconds of any clock that only goes forward.

        Returns:
            Seconds until nothing is owed any more.
        """
        if self._filled is not None:
            more = (now - self._filled) * self._rate.per_second
            self.left = min(self.left + more, self._rate.at_once)
        self._filled = now
        return max(0.0, -self.left / self._rate.per_second) if self.left < 0 else 0.0


class Meter:
    """What the clients of a session may still send, in events and in bytes."""

    __slots__ = ("_bytes", "_events", "_largest")

    def __init__(self, events: Rate | None, received: Rate | None, largest: int) -> None:
        """Begin with full buckets.

        Args:
            events: how many.
            received: how many bytes.
            largest: bytes that a frame has at most.
        """
        self._events = Bucket(events)
        self._bytes = Bucket(received)
        self._largest = largest

    def spend(self, size: int, events: int = 1) -> bool:
        """Note a frame of so many bytes, and tell whether it is too much; see `wait`."""
        self._events.left -= events
        self._bytes.left -= size
        return self._events.left < 0 or self._bytes.left < 0 or size > self._largest

    def wait(self, now: float) -> float:
        """Return the seconds until more may be read; they are 0 for what is only too large."""
        return max(self._events.wait(now), self._bytes.wait(now))
