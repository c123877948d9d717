"""Sets what was measured against the targets."""

from __future__ import annotations

import statistics

from tools.benchmark import targets
from tools.benchmark.compare import LIMIT, OLD, OWN, TRACKED, Ratio, Times
from tools.benchmark.round_trip import Trips
from tools.benchmark.targets import Outcome


def of_syncs(times: dict[str, dict[str, Times]]) -> list[Outcome]:
    """Judge the cases."""
    outcomes = []
    for case, found in times.items():
        faster = found[OLD].over(found[OWN])
        wanted = targets.FASTER[case]
        outcomes.append(
            Outcome(
                f"{case}: times as fast as {OLD}",
                str(faster),
                f"≥ {wanted}",
                faster.middle >= wanted,
            )
        )
        if case in targets.OVER_LIMIT:
            over = found[OWN].over(found[LIMIT])
            most = targets.OVER_LIMIT[case]
            outcomes.append(
                Outcome(f"{case}: times the {LIMIT}", str(over), f"≤ {most}", over.middle <= most)
            )
    if "b" in times and "c" in times:
        outcomes += _of_tracked(times["b"][TRACKED], times["c"][TRACKED])
    return outcomes


def _of_tracked(smaller: Times, larger: Times) -> list[Outcome]:
    growth = larger.over(smaller)
    return [
        Outcome(
            "tracked: c over b", str(growth), f"≤ {targets.TRACKED_GROWTH}",
            growth.middle <= targets.TRACKED_GROWTH,
        ),
        Outcome(
            "tracked: c", f"{larger.median * 1e6:.0f} µs", f"< {targets.TRACKED_COST * 1e6:.0f} µs",
            larger.median < targets.TRACKED_COST,
        ),
    ]  # fmt: skip


def of_round_trips(found: dict[str, list[Trips]]) -> list[Outcome]:
    """Judge the round trips."""
    faster = ratio([t.rate for t in found[OWN]], [t.rate for t in found[OLD]])
    bare = ratio([t.rate for t in found["picows"]], [t.rate for t in found[OLD]])
    over = ratio([t.cost for t in found[OWN]], [t.cost for t in found["echo"]])
    return [
        Outcome(
            f"round trips: times those of {OLD}", str(faster), f"≥ {targets.FASTER_ROUND_TRIP}",
            faster.middle >= targets.FASTER_ROUND_TRIP,
        ),
        Outcome(
            f"round trips on picows: times those of {OLD}", str(bare),
            f"≥ {targets.FASTER_ON_PICOWS}", bare.middle >= targets.FASTER_ON_PICOWS,
        ),
        Outcome(
            "round trips: CPU time over an echo's", str(over), f"≤ {targets.OVER_ECHO}",
            over.middle <= targets.OVER_ECHO,
        ),
    ]  # fmt: skip


def of_memory(found: dict[str, float]) -> list[Outcome]:
    """Judge the memory of idle sessions."""
    more = found[OWN] - found["echo"]
    return [
        Outcome(
            "idle session: KiB more than a connection", f"{more:.1f}", f"≤ {targets.SESSION:.0f}",
            more <= targets.SESSION,
        )
    ]  # fmt: skip


def ratio(ones: list[float], others: list[float]) -> Ratio:
    """Divide round by round."""
    ratios = [one / other for one, other in zip(ones, others, strict=True)]
    if len(ratios) < 2:
        return Ratio(ratios[0], ratios[0], ratios[0])
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(middle, low, high)
