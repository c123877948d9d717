"""Searches for a program that a server does not survive, and shrinks what it finds.

Hypothesis draws the programs and shrinks them; each runs on a fresh session, so that a shorter one
is judged alone. After a finding the search goes on without the kind of step that led to it, until
the time is over: one run shows several faults.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import FlakyFailure

from conformance.expect import Silence, Violation
from conformance.peer import Dialogue
from conformance.sequence import Sequence
from conformance.strategies import Step, programs
from conformance.target import Target

BATCH = 40
"""Programs between two looks at the clock."""

HASTE = 0.2
"""The part of a deadline that is waited while a silence is being shrunk."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A program that the server did not survive, as short as it could be made.

    Attributes:
        program: Its steps.
        violation: What went wrong.
        dialogue: What passed.
    """

    program: list[Step]
    violation: Violation
    dialogue: Dialogue


@dataclass(slots=True)
class Search:
    """One search.

    Attributes:
        target: The server.
        seed: Where it begins; the same seed draws the same programs.
        budget: Seconds after which no new batch begins.
        programs: How many programs ran so far.
        steps: How many steps they had.
    """

    target: Target
    seed: int
    budget: float
    programs: int = 0
    steps: int = 0
    _hard_end: float = 0.0

    def findings(self) -> Iterator[Finding]:
        """Search until the time is over."""
        began = time.monotonic()
        ends, self._hard_end = began + self.budget, began + 1.5 * self.budget + 5
        leave_out: frozenset[str] = frozenset()
        number = self.seed
        with asyncio.Runner() as runner:
            while time.monotonic() < ends:
                found = self._batch(runner, number, leave_out)
                number += 1
                if found is not None:
                    leave_out |= {found.program[-1]["do"]}
                    confirmed = runner.run(self._fails(self.target, found.program))
                    if confirmed is not None:
                        yield confirmed

    def _batch(
        self, runner: asyncio.Runner, number: int, leave_out: frozenset[str]
    ) -> Finding | None:
        last: Finding | None = None
        target = self.target

        @seed(number)
        @settings(
            max_examples=BATCH,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(programs(self.target.features, leave_out))
        def batch(program: list[Step]) -> None:
            nonlocal last, target
            if last is not None and time.monotonic() > self._hard_end:
                return  # short enough
            found = runner.run(self._fails(target, program))
            if found is not None:
                last = found
                if isinstance(found.violation, Silence):
                    target = replace(self.target, time_scale=HASTE * self.target.time_scale)
                raise found.violation

        try:
            batch()
        except (Violation, FlakyFailure):
            return last
        return None

    async def _fails(self, target: Target, program: list[Step]) -> Finding | None:
        dialogue = Dialogue(target)
        sequence = Sequence(dialogue)
        try:
            await sequence.run(program)
        except Violation as violation:
            return Finding(program[: sequence.position + 1], violation, dialogue)
        finally:
            self.programs += 1
            self.steps += sequence.position + 1
            await dialogue.release()
        return None
