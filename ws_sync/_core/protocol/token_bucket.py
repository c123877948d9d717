"""How fast a client may be: buckets that fill with time and are emptied by what it does.

Whoever is faster is not cut off and loses nothing: its frames are read more slowly, until the
network makes it wait. A client that lost its connection instead would come back and get all states
anew, which costs more than the frames that it is kept from sending.

No clock is looked at as long as there is something in a bucket, so what is below the rate costs
next to nothing. The price: after a pause, twice what a bucket holds may come at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """So much a second in the long run, and so much at once.

    Raises:
        ValueError: nothing at all is no rate.
    """

    per_second: float
    at_once: float

    def __post_init__(self) -> None:
        if not (self.per_second > 0 and self.at_once > 0):
            raise ValueError(f"{self} lets nothing through")


UNLIMITED = Rate(math.inf, math.inf)


class TokenBucket:
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
            self.left = _filled(self.left, self._rate, now - self._filled)
        self._filled = now
        return _owed(self.left, self._rate)


class Meter:
    """What the clients of a session may still send: a bucket of frames and one of bytes."""

    __slots__ = ("_bytes", "_filled", "_frames", "_largest", "_rate_of_bytes", "_rate_of_frames")

    def __init__(self, frames: Rate | None, received: Rate | None, largest: int) -> None:
        """Begin with full buckets.

        Args:
            frames: how many may come.
            received: how many bytes.
            largest: bytes that a frame has at most.
        """
        self._rate_of_frames = frames or UNLIMITED
        self._rate_of_bytes = received or UNLIMITED
        self._frames = self._rate_of_frames.at_once  # numbers, because they change with each frame
        self._bytes = self._rate_of_bytes.at_once
        self._largest = largest
        self._filled: float | None = None

    def spend(self, size: int, frames: int = 1) -> bool:
        """Note a frame of so many bytes, and tell whether it is too much; see `wait`."""
        self._frames -= frames
        self._bytes -= size
        return self._frames < 0 or self._bytes < 0 or size > self._largest

    def wait(self, now: float) -> float:
        """Fill the buckets up.

        Args:
            now: as for a `TokenBucket`.

        Returns:
            Seconds until more may be read; 0 for a frame that is only too large.
        """
        if self._filled is not None:
            seconds = now - self._filled
            self._frames = _filled(self._frames, self._rate_of_frames, seconds)
            self._bytes = _filled(self._bytes, self._rate_of_bytes, seconds)
        self._filled = now
        owed = _owed(self._frames, self._rate_of_frames)
        return max(owed, _owed(self._bytes, self._rate_of_bytes))


def _filled(left: float, rate: Rate, seconds: float) -> float:
    return min(left + seconds * rate.per_second, rate.at_once) if seconds else left


def _owed(left: float, rate: Rate) -> float:
    return -left / rate.per_second if left < 0 else 0.0
