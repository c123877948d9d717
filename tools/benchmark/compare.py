"""Runs the cases in several environments in turns, so that a busy machine slows all alike."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.testees.run import prepare

WORKER = "tools.benchmark.worker"
ROOT = Path(__file__).parents[2]

OLD, OLDEST, LIMIT, OWN, TRACKED = "0.6.9", "0.5.1", "limit", "reference", "tracked"


@dataclass(frozen=True)
class Ratio:
    """The quartiles of a ratio over the rounds."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_figure(self.middle)} ({_figure(self.low)} to {_figure(self.high)})"


@dataclass(frozen=True)
class Times:
    """The median of each round in seconds, for one case in one environment."""

    rounds: list[float]

    @property
    def median(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.rounds)

    def over(self, other: Times) -> Ratio:
        """Return the ratio to other times, round by round."""
        ratios = [mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        return Ratio(middle, low, high)


def measure(cases: str, rounds: int) -> dict[str, dict[str, Times]]:
    """Return the times by case and environment."""
    commands = {
        OWN: [sys.executable, "-m", WORKER, "sync"],
        TRACKED: [sys.executable, "-m", WORKER, "tracked"],
        LIMIT: [sys.executable, "-m", WORKER, "limit"],
        OLD: [str(prepare("pypi_0_6_9")), "-m", WORKER, "sync"],
        OLDEST: [str(prepare("pypi_0_5_1")), "-m", WORKER, "sync"],
    }
    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker(cmd)) for name, cmd in commands.items()}
        found: dict[str, dict[str, Times]] = {}
        for case in cases:
            taken = [_round(workers, case) for _ in range(rounds)]
            found[case] = {name: Times([times[name] for times in taken]) for name in commands}
        return found


@contextmanager
def worker(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Start a worker, and end it. It can import `tools`, but not this project's `ws_sync`."""
    with TemporaryDirectory() as folder:
        Path(folder, "tools").symlink_to(ROOT / "tools")
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, text=True, cwd=folder, **pipes) as process:
            try:
                yield process
            finally:
                process.kill()


def _round(workers: dict[str, subprocess.Popen[str]], case: str) -> dict[str, float]:
    return {name: statistics.median(_ask(process, case)) for name, process in workers.items()}


def _ask(process: subprocess.Popen[str], case: str) -> list[float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{case}\n")
    process.stdin.flush()
    times: list[float] = json.loads(process.stdout.readline())
    return times


def _figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 20 else f"{number:.1f}" if number >= 2 else f"{number:.2f}"
