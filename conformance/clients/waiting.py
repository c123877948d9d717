"""What the times between a client's attempts to connect say (session-backoff)."""

from __future__ import annotations

from statistics import mean

SETTLED = 6
"""The last waits, which have reached their limit."""


def grows(waits: list[float]) -> bool:
    """Whether the last waits are longer than the first ones, on the average."""
    return mean(waits[-3:]) > 1.2 * mean(waits[:2])


def varies(waits: list[float]) -> bool:
    """Whether the last waits differ by more than what a clock and a quiet machine add to them."""
    settled = waits[-SETTLED:]
    return max(settled) - min(settled) > 0.1 * mean(settled)
