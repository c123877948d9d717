"""Measure the speed of the reference: `python -m tools.benchmark`.

Runs the cases in turns with PyPI's 0.6.9 and 0.5.1 in their own environments, with the reference,
with its tracked containers, and with the minimal design that looks at the whole state. Only ratios
are comparable between machines; the quartiles of each ratio follow it.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
from pathlib import Path

from tools.benchmark import compare, growth, plot, round_trip, tables, verdicts, worker, writes
from tools.benchmark.cases import TITLES
from tools.benchmark.targets import Outcome

PAGE = "performance.md"
PICTURE = "performance.svg"


def main() -> int:
    """Measure and print; return 0 even if targets are missed."""
    arguments = parser().parse_args()
    if arguments.profile:
        profile(arguments.profile)
        return 0
    if arguments.writes:
        print(writes_section())
        return 0
    outcomes: list[Outcome] = []
    parts: list[str] = []
    times = compare.measure(arguments.cases, arguments.rounds)
    outcomes += verdicts.of_syncs(times)
    parts.append(f"## One sync\n\n{tables.of_syncs(times)}")
    points = growth.measure()
    parts.append(f"## Growth\n\n![cost against size]({PICTURE})\n\n{tables.of_growth(points)}")
    parts.append(writes_section())
    if arguments.round_trip:
        trips, memory = round_trip.measure(arguments.rounds), round_trip.memory(3)
        outcomes += verdicts.of_round_trips(trips) + verdicts.of_memory(memory)
        parts.append(f"## Round trips\n\n{tables.of_round_trips(trips, memory)}")
    parts.append(f"## Targets\n\n{tables.of_outcomes(outcomes)}")
    report = "\n\n".join(parts)
    print(report)
    if arguments.write:
        arguments.write.mkdir(parents=True, exist_ok=True)
        (arguments.write / PAGE).write_text(f"{INTRODUCTION}\n{report}\n", encoding="utf-8")
        (arguments.write / PICTURE).write_text(plot.draw(points), encoding="utf-8")
    return 0


def writes_section() -> str:
    """Measure the patches of a client; return the section of the page."""
    costs, encoding = writes.measure()
    text = (
        "From the frame of a client's patch to the readiness for the next one: decoding, the write,"
        " the snapshot and the answer.\n"
        f"Encoding {writes.LARGE:,} rows once took {encoding * 1e6:,.0f} µs. All figures of this"
        " section are from one run of `--writes`.\n"
        "They leave out the first patch after a state: it decodes the text once, to divide it."
    )
    outcomes = tables.of_outcomes(verdicts.of_writes(costs, encoding))
    return f"## Writes\n\n{text}\n\n{tables.of_writes(costs, encoding)}\n\n{outcomes}"


INTRODUCTION = """# Performance

`python -m tools.benchmark --round-trip --write docs` writes this page. The machine is shared, so
only ratios within one run are meaningful; the quartiles of each ratio follow in parentheses.
*limit* is the minimal design that looks at the whole state: encode every attribute, compare bytes,
send a fixed text. *tracked* is the reference with its attributes in a `SyncedList` or a
`SyncedDict`.

Why some targets are missed:

- Case *a*: two fifths of the time are spent on reading five attributes, comparing them and encoding
  one, and a quarter on passing the frame on, half of that in Starlette. The rest builds the frame
  and records its time. The limit alone takes a third of the time.
- Round trips: of the library's own time, two fifths are the sync, a fifth the layers of the call,
  and a tenth each decoding and binding the arguments. Where the server's event loop alone (the
  echo) takes more than half of the round trip of 0.6.9, no library can be 2.5 times as fast.
- Idle sessions: a session is about forty small objects. The frames of its waiting coroutines are
  the largest.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser(prog="tools.benchmark", description=__doc__)
    found.add_argument("--cases", default="".join(TITLES), help="letters; default: all")
    found.add_argument("--rounds", type=int, default=7, help="rounds of each case; default 7")
    found.add_argument("--round-trip", action="store_true", help="also over real connections")
    found.add_argument("--writes", action="store_true", help="only the patches of a client")
    found.add_argument("--write", type=Path, metavar="DIR", help="write the page and its plot")
    found.add_argument("--profile", choices=[*TITLES], help="profile one case")
    return found


def profile(case: str) -> None:
    """Profile one case of the reference."""

    async def run() -> None:
        ready = await worker.synced(case)
        await worker.timed(*ready)
        profiler.enable()
        await worker.timed(*ready)
        profiler.disable()

    profiler = cProfile.Profile()
    asyncio.run(run())
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    raise SystemExit(main())
