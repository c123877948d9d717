"""Counts the checks of a run: few checks make a weak verdict."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """The checks so far.

    Attributes:
        comparisons: The number of verdicts of the verifiers of `expect`.
        frames: The number of frames that were judged when they arrived.
    """

    comparisons: int = 0
    frames: int = 0


TALLY = Tally()
"""The counters of this process, which makes one run."""
