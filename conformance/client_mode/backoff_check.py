"""Judges the waits between a client's attempts to connect (session-backoff).

A client may begin with any wait, increase it in any way up to any limit, and make any part of it
random. So one series of waits proves little. Several series are compared, each of a restarted
client, and only waits that no conformant client has are reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import median_low

ENOUGH = 8
"""Waits in a row, after which the next ones tell no more."""
LEAST = 5
"""The same, for clients that wait long by then."""
LONG = 6.0
"""Seconds that a row may take before the least is enough."""
GROWN = 0.1
"""By which part of it the longest waits have to be longer than the first one."""
STEP = 0.02
"""The same, in seconds: a busy machine makes short waits longer."""
NOISE = 0.03
"""The part by which the same wait comes out longer or shorter on a quiet machine."""
TICK = 0.003
"""The same, in seconds."""
SPIKES = 3
"""The longest wait is the third longest: a busy machine makes one longer now and then."""
CHANCES = 5
"""The number of pairs of waits that have to differ, for the same reason."""

Row = Sequence[float]


def is_enough(row: Row) -> bool:
    """Whether a row of waits is long enough."""
    return len(row) >= ENOUGH or (len(row) >= LEAST and sum(row) > LONG)


def grow(rows: Sequence[Row]) -> bool:
    """Whether some waits are longer than that with which a row begins.

    Nothing finer: a random part makes many a later wait shorter, and the limit may be near.
    """
    first: float = median_low(row[0] for row in rows)
    longest = sorted(wait for row in rows for wait in row)[-SPIKES]
    return longest > first + max(STEP, GROWN * first)


def vary(rows: Sequence[Row]) -> bool:
    """Whether the same wait differs from row to row by more than a clock and a machine add."""
    differ: list[bool] = [
        abs(one - other) > max(TICK, NOISE * max(one, other))
        for waits in zip(*rows, strict=False)
        for one, other in combinations(waits, 2)
    ]
    return differ.count(True) >= CHANCES
