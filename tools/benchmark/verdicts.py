"""Compares the measurements with the targets."""

from __future__ import annotations

import statistics

from tools.benchmark import targets
from tools.benchmark.compare import LIMIT, OLD, OWN, TRACKED, Ratio, Times
from tools.benchmark.round_trip import Trips
from tools.benchmark.targets import TYPED_WRITE, WRITE_GROWTH, WRITE_OVER_ENCODING, Outcome
from tools.benchmark.writes import EDITS, LARGE, SMALL, Costs


def of_syncs(times: dict[str, dict[str, Times]]) -> list[Outcome]:
    """Return the outcomes of the cases."""
    outcomes = []
    for case, found in times.items():
        faster = found[OLD].over(found[OWN])
        outcomes.append(_at_least(f"{case}: times as fast as {OLD}", faster, targets.FASTER[case]))
        if case in targets.OVER_LIMIT:
            over = found[OWN].over(found[LIMIT])
            outcomes.append(_at_most(f"{case}: times the {LIMIT}", over, targets.OVER_LIMIT[case]))
    if "b" in times and "c" in times:
        smaller, larger = times["b"][TRACKED], times["c"][TRACKED]
        median, most = larger.median * 1e6, targets.TRACKED_COST * 1e6
        outcomes += [
            _at_most("tracked: c over b", larger.over(smaller), targets.TRACKED_GROWTH),
            Outcome("tracked: c", f"{median:.0f} µs", f"< {most:.0f} µs", median < most),
        ]
    return outcomes


def of_round_trips(found: dict[str, list[Trips]]) -> list[Outcome]:
    """Return the outcomes of the round trips."""
    faster = ratio([t.rate for t in found[OWN]], [t.rate for t in found[OLD]])
    picows = ratio([t.rate for t in found["picows"]], [t.rate for t in found[OLD]])
    over = ratio([t.cost for t in found[OWN]], [t.cost for t in found["echo"]])
    title = f"times those of {OLD}"
    return [
        _at_least(f"round trips: {title}", faster, targets.FASTER_ROUND_TRIP),
        _at_least(f"round trips on picows: {title}", picows, targets.FASTER_ON_PICOWS),
        _at_most("round trips: CPU time over an echo's", over, targets.OVER_ECHO),
    ]


def of_writes(costs: Costs, encoding: float) -> list[Outcome]:
    """Return the outcomes of a client's patches."""
    outcomes = []
    for edit in EDITS:
        tracked, plain = costs[f"SyncedList, {edit}"], costs[f"list, {edit}"][LARGE]
        growth, part = tracked[LARGE] / tracked[SMALL], plain / encoding
        outcomes += [
            _ratio(f"{edit}, SyncedList: {LARGE:,} rows over {SMALL:,}", growth, WRITE_GROWTH),
            _ratio(f"{edit}, list: part of encoding it", part, WRITE_OVER_ENCODING),
        ]
        for rows in ("list[dataclass]", "list[model]"):
            over = costs[f"{rows}, {edit}"][LARGE] / plain
            outcomes.append(_ratio(f"{edit}, {rows}: over the plain list", over, TYPED_WRITE))
    return outcomes


def _ratio(title: str, found: float, most: float) -> Outcome:
    return Outcome(title, f"{found:.3g}", f"≤ {most}", found <= most)


def of_memory(found: dict[str, float]) -> list[Outcome]:
    """Return the outcome of the memory of idle sessions."""
    more, most = found[OWN] - found["echo"], targets.SESSION
    title = "idle session: KiB more than a connection"
    return [Outcome(title, f"{more:.1f}", f"≤ {most:.0f}", more <= most)]


def _at_least(title: str, found: Ratio, least: float) -> Outcome:
    return Outcome(title, str(found), f"≥ {least}", found.middle >= least)


def _at_most(title: str, found: Ratio, most: float) -> Outcome:
    return Outcome(title, str(found), f"≤ {most}", found.middle <= most)


def ratio(ones: list[float], others: list[float]) -> Ratio:
    """Return the quartiles of the ratio, round by round."""
    ratios = [one / other for one, other in zip(ones, others, strict=True)]
    if len(ratios) < 2:
        return Ratio(ratios[0], ratios[0], ratios[0])
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(middle, low, high)
