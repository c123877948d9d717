"""Searches for a program that a server does not survive, and shrinks what it finds.

Hypothesis draws the programs, in batches; the programs of a batch run beside each other, each on
fresh sessions. If one fails, Hypothesis draws the same batch again and shrinks that program, one
run at a time. What the shrunk program does is its recipe: later programs are drawn so that they do
not follow it, and one run shows several faults.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky

from conformance.expect import Silence, Violation
from conformance.peer import Dialogue
from conformance.sequence import Sequence
from conformance.steps import FAULTS, Step
from conformance.strategies import Recipe, programs, signature
from conformance.target import Target

BATCH = 40
"""Programs that are drawn at a time, between two looks at the clock."""

ABREAST = 4
"""Programs that run at the same time: while one waits for the server, another one is judged."""

HASTE = 0.2
"""The part of a deadline that is waited while a silence is being shrunk."""

SHRINKING = 15.0
"""Seconds in which a finding is made shorter."""


class ShortEnough(BaseException):
    """Ends Hypothesis's shrinking from inside; it would take an `Exception` for a failure."""


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

    def recipe(self) -> Recipe:
        """What leads to it."""
        return tuple(map(signature, self.program))


@dataclass(slots=True)
class Tally:
    """How much a search did.

    Attributes:
        programs: How many programs ran.
        steps: How many steps they had.
        events: How many frames passed, both ways.
        faults: How many connections were broken, or taken over.
        unconfirmed: How many programs failed once and not again.
    """

    programs: int = 0
    steps: int = 0
    events: int = 0
    faults: int = 0
    unconfirmed: int = 0

    def add(self, taken: list[Step], dialogue: Dialogue) -> None:
        """Count a program of which these steps were taken."""
        self.programs += 1
        self.steps += len(taken)
        self.faults += sum(step["do"] in FAULTS for step in taken)
        self.events += sum(entry.direction != "noted" for entry in dialogue.trace.entries)

    def __str__(self) -> str:
        counted = [f"{self.programs} programs", f"{self.steps} steps", f"{self.events} events"]
        counted += [f"{self.faults} faults"]
        if self.unconfirmed:
            counted.append(f"{self.unconfirmed} failed once and not again")
        return ", ".join(counted)


Judge = Callable[[Target, list[Step]], Awaitable[Finding | None]]


@dataclass(slots=True)
class Search:
    """One search.

    Attributes:
        target: The server.
        seed: Where it begins; the same seed draws the same programs.
        budget: Seconds after which no new batch begins.
        examples: Programs after which no new batch begins, or None.
        judge: Runs a program, and returns the finding in it; by default it demands conformance.
        tally: What was done so far.
    """

    target: Target
    seed: int
    budget: float
    examples: int | None = None
    judge: Judge | None = None
    tally: Tally = field(default_factory=Tally)

    def findings(self) -> Iterator[Finding]:
        """Search until the time is over, or the examples are."""
        ends = time.monotonic() + self.budget
        known: list[Recipe] = []
        told: set[tuple[str | None, str]] = set()
        number = self.seed
        with asyncio.Runner() as runner:
            while time.monotonic() < ends and self._left() > 0:
                found = self._batch(runner, number, known)
                number += 1
                if found is None:
                    continue
                confirmed = runner.run(self._judged(self.target, found.program))
                if confirmed is None:
                    self.tally.unconfirmed += 1
                    known.append(found.recipe())
                    continue
                last = signature(confirmed.program[-1])
                fault = (confirmed.violation.requirement, last)
                known.append((last,) if fault in told else confirmed.recipe())
                if fault not in told:
                    told.add(fault)
                    yield confirmed

    def _left(self) -> int:
        return BATCH if self.examples is None else self.examples - self.tally.programs

    def _batch(self, runner: asyncio.Runner, number: int, known: list[Recipe]) -> Finding | None:
        """Draw and run one batch; a finding in it, shrunk."""
        drawn: list[list[Step]] = []
        size = min(BATCH, self._left())
        _draw(number, size, self.target, known, drawn.append, shrink=False)
        failed = runner.run(self._abreast(drawn))
        if not failed:
            return None
        return self._shrunk(runner, number, size, known, failed)

    async def _abreast(self, drawn: list[list[Step]]) -> dict[str, Finding]:
        """Run programs beside each other; the findings in the first that fail."""
        failed: dict[str, Finding] = {}
        waiting = iter(drawn)

        async def run_some() -> None:
            for program in waiting:
                if failed:
                    return
                found = await self._judged(self.target, program)
                if found is not None:
                    failed[_key(program)] = found

        await asyncio.gather(*(run_some() for _ in range(ABREAST)))
        return failed

    def _shrunk(
        self,
        runner: asyncio.Runner,
        number: int,
        size: int,
        known: list[Recipe],
        failed: dict[str, Finding],
    ) -> Finding:
        """Make the first of some findings shorter."""
        last: Finding = next(iter(failed.values()))
        first = next(iter(failed))
        target = self._hasty(last)
        ends = time.monotonic() + SHRINKING
        shrinking = False

        def run(program: list[Step]) -> None:
            nonlocal last, target, shrinking
            if not shrinking and _key(program) != first:
                return  # it comes before the finding in its batch
            if time.monotonic() > ends:
                raise ShortEnough
            found = runner.run(self._judged(target, program)) if shrinking else last
            shrinking = True
            if found is not None:
                last, target = found, self._hasty(found)
                raise found.violation

        with suppress(Violation, Flaky, ShortEnough):
            _draw(number, size, self.target, known, run, shrink=True)
        return last

    def _hasty(self, found: Finding) -> Target:
        if not isinstance(found.violation, Silence):
            return self.target
        return replace(self.target, time_scale=HASTE * self.target.time_scale)

    async def _judged(self, target: Target, program: list[Step]) -> Finding | None:
        if self.judge is not None:
            return await self.judge(target, program)
        dialogue = Dialogue(target)
        sequence = Sequence(dialogue)
        try:
            await sequence.run(program)
        except Violation as violation:
            return Finding(program[: sequence.position + 1], violation, dialogue)
        finally:
            self.tally.add(program[: sequence.position + 1], dialogue)
            await dialogue.release()
        return None


def _key(program: list[Step]) -> str:
    return json.dumps(program)


def _draw(
    number: int,
    size: int,
    target: Target,
    known: list[Recipe],
    take: Callable[[list[Step]], None],
    *,
    shrink: bool,
) -> None:
    """Draw a batch of programs, the same for the same number, and shrink one that is not taken."""

    @seed(number)
    @settings(
        max_examples=size,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(programs(target.features, tuple(known)))
    def batch(program: list[Step]) -> None:
        take(program)

    batch()
