"""The tables in Markdown, aligned for reading on a terminal."""

from __future__ import annotations

import statistics

from tools.benchmark.cases import TITLES
from tools.benchmark.compare import LIMIT, OLD, OLDEST, OWN, TRACKED, Times
from tools.benchmark.growth import SIZES, Points
from tools.benchmark.round_trip import Trips
from tools.benchmark.targets import Outcome
from tools.benchmark.writes import LARGE, SMALL, Costs


def of_syncs(times: dict[str, dict[str, Times]]) -> str:
    """Return the table of the syncs: microseconds, and ratios with quartiles."""
    names = [OLDEST, OLD, LIMIT, OWN, TRACKED]
    rows = []
    for case, found in times.items():
        costs = [f"{found[name].median * 1e6:,.1f}" for name in names]
        faster, over = found[OLD].over(found[OWN]), found[OWN].over(found[LIMIT])
        rows.append([f"{case}: {TITLES[case]}", *costs, str(faster), str(over)])
    heads = ["one sync, µs", *names, f"{OLD} / {OWN}", f"{OWN} / {LIMIT}"]
    return table(heads, rows)


def of_growth(points: dict[str, Points]) -> str:
    """Return the table of the costs by number of objects, in microseconds."""
    rows = [
        [name, *[f"{costs[size] * 1e6:,.0f}" for size in SIZES]] for name, costs in points.items()
    ]
    return table(["one leaf, µs, by the number of objects", *[f"{size:,}" for size in SIZES]], rows)


def of_writes(costs: Costs, encoding: float) -> str:
    """Return the table of the costs of a client's patches, in microseconds."""
    rows = [
        [
            name,
            *[f"{cost * 1e6:,.0f}" for cost in found.values()],
            f"{found[LARGE] / found[SMALL]:.1f}",
            f"{found[LARGE] / encoding:.3f}",
        ]
        for name, found in costs.items()
    ]
    heads = [f"{SMALL:,} rows", f"{LARGE:,} rows", "ratio", "of encoding"]
    return table(["one client's patch, µs", *heads], rows)


def of_round_trips(found: dict[str, list[Trips]], memory: dict[str, float]) -> str:
    """Return the table of the round trips and of the memory of idle connections."""
    rows = [
        [
            name,
            f"{statistics.median(each.rate for each in trips):,.0f}",
            f"{statistics.median(each.cost for each in trips) * 1e6:.0f}",
            f"{memory[name]:.1f}",
        ]
        for name, trips in found.items()
    ]
    heads = [
        "server (uvicorn if not picows)",
        "round trips a second",
        "CPU time of each, µs",
        "KiB, idle",
    ]
    return table(heads, rows)


def of_outcomes(outcomes: list[Outcome]) -> str:
    """Return the table of the targets."""
    rows = [[each.what, each.figure, each.target, each.verdict] for each in outcomes]
    return table(["target", "measured", "wanted", ""], rows)


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Return a table with aligned columns."""
    lines = [heads, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    rule = [["-" * widths[0], *[f"{'-' * (width - 1)}:" for width in widths[1:]]]]
    return "\n".join(
        "| " + " | ".join(_padded(line, widths)) + " |" for line in [heads, *rule, *rows]
    )


def _padded(line: list[str], widths: list[int]) -> list[str]:
    first, *others = line
    return [first.ljust(widths[0]), *(t.rjust(w) for t, w in zip(others, widths[1:], strict=True))]
