"""The targets of the reference, most of them ratios."""

from __future__ import annotations

from dataclasses import dataclass

FASTER = {"a": 10, "b": 50, "c": 50, "d": 50, "e": 50, "f": 5, "g": 25, "h": 100, "i": 10}
"""The least speed, in multiples of 0.6.9's, by case."""

OVER_LIMIT = dict.fromkeys("abcdehi", 3)
"""The largest cost, in multiples of encoding everything, by case."""

TRACKED_GROWTH = 2
"""The largest cost of a change in 10,000 tracked objects, in multiples of one in 1,000."""

TRACKED_COST = 50e-6
"""The largest cost of that change, in seconds."""

WRITE_GROWTH = 3
"""The largest cost of a client's patch into 100,000 tracked rows, in multiples of 1,000 rows."""

WRITE_OVER_ENCODING = 0.2
"""The largest cost of a client's patch into a list, as a part of encoding that once."""

TYPED_WRITE = 2
"""The largest cost of a client's patch into typed rows, in multiples of untyped ones."""

FASTER_ROUND_TRIP = 2.5
"""The least rate of round trips, in multiples of 0.6.9's."""

FASTER_ON_PICOWS = 8
"""The same with the reference on picows."""

OVER_ECHO = 1.4
"""The largest CPU time of the server, in multiples of an echo's."""

SESSION = 4.0
"""The largest memory of an idle session, in KiB more than a raw connection."""


@dataclass(frozen=True)
class Outcome:
    """A target and its measurement.

    Attributes:
        what: what was measured.
        figure: the measured figure, as text.
        target: the target, as text.
        met: whether it is met.
    """

    what: str
    figure: str
    target: str
    met: bool

    @property
    def verdict(self) -> str:
        """The verdict in one word."""
        return "met" if self.met else "missed"
