"""What a search finds and counts; it is the same for servers and clients."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.sequences.steps import Step

CONFIRMATIONS = 3
"""The number of runs in which a finding must fail at least once more.

One run is not enough: a fault may show in every second session only.
"""

LEAST = 10
"""The number of programs that run even on a machine too busy for them in the given time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A failing program: its steps up to the failure, the violation, and the dialogue."""

    program: list[Step]
    violation: Violation
    trace: Trace


Judge = Callable[[list[Step]], Awaitable[Finding | None]]
"""Runs a program, and returns the finding in it, if it fails."""


async def confirmed(program: list[Step], judge: Judge) -> Finding | None:
    """Run a program until it fails, at most `CONFIRMATIONS` times; return the finding."""
    for _ in range(CONFIRMATIONS):
        if found := await judge(program):
            return found
    return None


@dataclass(slots=True)
class Tally:
    """The size of a search.

    Attributes:
        programs: The number of programs that ran.
        steps: The number of their steps.
        events: The number of frames in both directions.
        faults: The number of connections that were broken or replaced.
        unconfirmed: The requirements of the findings that could not be confirmed.
    """

    programs: int = 0
    steps: int = 0
    events: int = 0
    faults: int = 0
    unconfirmed: list[str] = field(default_factory=list)

    def is_enough(self, ends: float) -> bool:
        """Whether the time is used up, and at least `LEAST` programs have run."""
        return time.monotonic() >= ends and self.programs >= LEAST

    def add_program(self, program: list[Step], faults: Collection[str]) -> None:
        """Count a program; steps of the kinds in `faults` break a connection."""
        self.programs += 1
        self.steps += len(program)
        self.faults += sum(step["do"] in faults for step in program)

    def add_events(self, trace: Trace) -> None:
        """Count the frames of a dialogue."""
        self.events += sum(entry.direction != "noted" for entry in trace.entries)

    def __str__(self) -> str:
        counted = [f"{self.programs} programs", f"{self.steps} steps", f"{self.events} events"]
        counted += [f"{self.faults} injected faults"]
        if self.unconfirmed:
            names = ", ".join(sorted(self.unconfirmed))
            counted.append(f"{len(self.unconfirmed)} failed once and not again ({names})")
        return ", ".join(counted)
