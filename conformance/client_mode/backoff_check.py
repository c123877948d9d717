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
"""Waits in a row after which further ones add no evidence."""
LEAST = 5
"""The same for clients whose waits are long by then."""
LONG = 6.0
"""Seconds of a row after which LEAST waits are enough."""
GROWN = 0.1
"""The factor by which the longest waits must exceed the first one."""
STEP = 0.02
"""The same in seconds, because load lengthens short waits."""
NOISE = 0.03
"""The factor by which one wait varies on an idle machine."""
TICK = 0.003
"""The same in seconds."""
SPIKES = 3
"""The third longest wait counts as the longest, because load lengthens single waits."""
CHANCES = 5
"""The number of pairs of waits that must differ, for the same reason."""

Row = Sequence[float]


def is_enough(row: Row) -> bool:
    """Whether a row of waits is long enough."""
    return len(row) >= ENOUGH or (len(row) >= LEAST and sum(row) > LONG)


def grow(rows: Sequence[Row]) -> bool:
    """Whether some waits are longer than the first wait of a row.

    Only that is checked: random parts shorten many later waits, and the limit may be near.
    """
    first: float = median_low(row[0] for row in rows)
    longest = sorted(wait for row in rows for wait in row)[-SPIKES]
    return longest > first + max(STEP, GROWN * first)


def vary(rows: Sequence[Row]) -> bool:
    """Whether the same wait differs between rows by more than clock and load explain."""
    differ: list[bool] = [
        abs(one - other) > max(TICK, NOISE * max(one, other))
        for waits in zip(*rows, strict=False)
        for one, other in combinations(waits, 2)
    ]
    return differ.count(True) >= CHANCES
