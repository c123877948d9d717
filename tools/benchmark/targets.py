"""What the reference is to reach, as ratios."""

from __future__ import annotations

from dataclasses import dataclass

FASTER = {"a": 10, "b": 50, "c": 50, "d": 50, "e": 50, "f": 5, "g": 25, "h": 100, "i": 10}
"""So many times as fast as 0.6.9, at least."""

OVER_LIMIT = dict.fromkeys("abcdehi", 3)
"""So many times what encoding everything costs, at most."""

TRACKED_GROWTH = 2
"""A change of a leaf in 10,000 tracked objects costs so many times one in 1,000, at most."""

TRACKED_COST = 50e-6
"""And so many seconds."""

FASTER_ROUND_TRIP = 2.5
"""So many times the round trips of 0.6.9, at least."""

FASTER_ON_PICOWS = 8
"""And with the reference's own shell on picows."""

OVER_ECHO = 1.4
"""So many times the server's CPU time for an echo, at most."""

SESSION = 4.0
"""So many KiB more than a raw connection an idle session costs, at most."""


@dataclass(frozen=True)
class Outcome:
    """A target, and what was measured.

    Attributes:
        what: what was measured.
        figure: the measured figure, as it is shown.
        target: the target, as it is shown.
        met: whether it is met.
    """

    what: str
    figure: str
    target: str
    met: bool

    @property
    def verdict(self) -> str:
        """One word."""
        return "met" if self.met else "missed"
