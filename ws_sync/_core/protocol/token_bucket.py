"""Token buckets: rate limits for clients.

A client that exceeds its rate is not disconnected and loses nothing: its frames are read more
slowly, until flow control of the network makes it wait. A client that lost its connection would
reconnect and get all states again, which costs more than the frames that it did not send.

No clock is read while there are tokens left, so a client below its rate costs next to nothing. The
price: after a pause, twice the size of a bucket may arrive at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """A rate limit: units per second in the long run, and units at once.

    Raises:
        ValueError: one of them is not greater than 0.
    """

    per_second: float
    at_once: float

    def __post_init__(self) -> None:
        if not (self.per_second > 0 and self.at_once > 0):
            raise ValueError(f"{self} allows nothing: both numbers must be greater than 0")


UNLIMITED = Rate(math.inf, math.inf)


class TokenBucket:
    """The tokens of one rate limit.

    Attributes:
        left: tokens that may be used without waiting; if it is negative, the caller must wait.
    """

    __slots__ = ("__weakref__", "_filled", "_rate", "left")

    def __init__(self, rate: Rate | None) -> None:
        """Start with a full bucket; None means no limit."""
        self._rate = rate or UNLIMITED
        self.left = self._rate.at_once
        self._filled: float | None = None  # when it was last filled

    def wait(self, now: float) -> float:
        """Fill the bucket.

        Args:
            now: the time in seconds of a monotonic clock.

        Returns:
            Seconds until `left` is no longer negative.
        """
        if self._filled is not None:
            self.left = _filled(self.left, self._rate, now - self._filled)
        self._filled = now
        return _owed(self.left, self._rate)


class Meter:
    """The tokens of the clients of a session, in frames and in bytes."""

    __slots__ = ("_bytes", "_filled", "_frames", "_largest", "_rate_of_bytes", "_rate_of_frames")

    def __init__(self, frames: Rate | None, received: Rate | None, largest: int) -> None:
        """Start with full buckets.

        Args:
            frames: the rate of frames; None means no limit.
            received: the rate of bytes; None means no limit.
            largest: bytes of the largest frame that needs no wait.
        """
        self._rate_of_frames = frames or UNLIMITED
        self._rate_of_bytes = received or UNLIMITED
        self._frames = self._rate_of_frames.at_once  # numbers are faster than two buckets
        self._bytes = self._rate_of_bytes.at_once
        self._largest = largest
        self._filled: float | None = None

    def spend(self, size: int, frames: int = 1) -> bool:
        """Use tokens for a frame of `size` bytes; return whether the caller must call `wait`."""
        self._frames -= frames
        self._bytes -= size
        return self._frames < 0 or self._bytes < 0 or size > self._largest

    def wait(self, now: float) -> float:
        """Fill the buckets.

        Args:
            now: as for a `TokenBucket`.

        Returns:
            Seconds until more may be read; 0 after a frame that is only too large.
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
