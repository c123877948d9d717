"""Counts what a run has checked, so that one can see how much its verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """What was checked so far.

    Attributes:
        comparisons: How often a verifier of `expect` gave a verdict.
        frames: How many frames of the server were judged as they arrived.
    """

    comparisons: int = 0
    frames: int = 0


TALLY = Tally()
"""That of this process, which makes one run."""
