"""Searches for a program that a server does not survive, and shrinks what it finds.

Hypothesis draws the programs, in batches; the programs of a batch run beside each other, each on
fresh sessions. One that fails is shrunk, one run at a time, and is run once more as it is then.
What the shrunk program does is its recipe: later programs are drawn so that they do not follow it,
and one run shows several faults.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance.driver.dialogue import Dialogue
from conformance.driver.target import Target
from conformance.errors import Silence, Violation
from conformance.sequences.program_run import Sequence
from conformance.sequences.shrink import shrunk
from conformance.sequences.steps import FAULTS, Step
from conformance.sequences.strategies import Recipe, programs, signature

BATCH = 10
"""Programs that are drawn at a time, between two looks at the clock."""

ABREAST = 4
"""Programs that run at the same time: while one waits for the server, another one is judged."""

HASTE = 0.1
"""The part of a deadline that is waited while a silence is being shrunk."""

CONFIRMATIONS = 3
"""How often a finding is run again, at most, to fail once more."""

SHRINKING = 20.0
"""Seconds in which a finding is made shorter."""


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

    def parts(self) -> list[Recipe]:
        """What two findings of one fault have in common: all but the last step, or both ends."""
        recipe = self.recipe()
        if len(recipe) == 1:
            return [recipe]
        return [recipe[:-1], (recipe[0], recipe[-1])]


@dataclass(slots=True)
class Tally:
    """How much a search did.

    Attributes:
        programs: How many programs ran.
        steps: How many steps they had.
        events: How many frames passed, both ways.
        faults: How many connections were broken, or taken over.
        unconfirmed: The requirements that a program broke once, and not when it was run again.
    """

    programs: int = 0
    steps: int = 0
    events: int = 0
    faults: int = 0
    unconfirmed: list[str] = field(default_factory=list)

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
            told = ", ".join(sorted(self.unconfirmed))
            counted.append(f"{len(self.unconfirmed)} failed once and not again ({told})")
        return ", ".join(counted)


Judge = Callable[[Target, list[Step]], Awaitable[Finding | None]]


@dataclass(slots=True)
class Search:
    """One search.

    Attributes:
        target: The server.
        seed: Where it begins; the same seed draws the same programs.
        budget: Seconds after which no further program begins.
        examples: How many programs may run, but for shrinking, or None.
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
        told: set[tuple[str | None, Recipe]] = set()
        number = self.seed
        with asyncio.Runner() as runner:
            while time.monotonic() < ends and self._left() > 0:
                found = runner.run(self._batch(number, known, ends))
                number += 1
                if found is None:
                    continue
                confirmed = runner.run(self._again(found.program))
                if confirmed is None:
                    self.tally.unconfirmed.append(found.violation.requirement or "state-converges")
                    known.append(found.recipe())
                    continue
                faults = {(confirmed.violation.requirement, part) for part in confirmed.parts()}
                again = [part for _, part in faults & told]
                known.append(min(again, key=len) if again else confirmed.recipe())
                if not again:
                    told |= faults
                    yield confirmed
                if self.target.refuses():
                    return

    def _left(self) -> int:
        return BATCH if self.examples is None else self.examples - self.tally.programs

    async def _batch(self, number: int, known: list[Recipe], ends: float) -> Finding | None:
        """Draw and run one batch; a finding in it, shrunk."""
        batch = drawn(number, min(BATCH, self._left()), self.target, known)
        found = await self._abreast(batch, ends)
        if found is None:
            return None
        requirement = found.violation.requirement
        patient = not isinstance(found.violation, Silence)
        scale = self.target.time_scale * (1 if patient else HASTE)
        hasty = replace(self.target, time_scale=scale)

        async def fails(program: list[Step]) -> Finding | None:
            again = await self._judged(hasty, program)
            same = again is not None and again.violation.requirement == requirement
            return again if same else None

        return (await shrunk(found.program, found, fails, SHRINKING))[1]

    async def _again(self, program: list[Step]) -> Finding | None:
        """Run a program that failed once more, or twice: a fault may be in every second session."""
        for _ in range(CONFIRMATIONS):
            found = await self._judged(self.target, program)
            if found is not None:
                return found
        return None

    async def _abreast(self, batch: list[list[Step]], ends: float) -> Finding | None:
        """Run programs beside each other until one fails or the time is over; what failed."""
        found: Finding | None = None
        waiting = iter(batch)

        async def run_some() -> None:
            nonlocal found
            for program in waiting:
                if found is None and (time.monotonic() < ends or not self.tally.programs):
                    found = await self._judged(self.target, program) or found

        await asyncio.gather(*(run_some() for _ in range(ABREAST)))
        return found

    async def _judged(self, target: Target, program: list[Step]) -> Finding | None:
        if self.judge is not None:
            return await self.judge(target, program)
        dialogue = Dialogue(target)
        sequence = Sequence(dialogue)
        try:
            await sequence.run(program)
        except Violation as violation:
            broken = dialogue.first_violation() or violation  # an illegal frame went wrong first
            return Finding(program[: sequence.position + 1], broken, dialogue)
        finally:
            self.tally.add(program[: sequence.position + 1], dialogue)
            await dialogue.release()
        return None


def drawn(number: int, size: int, target: Target, known: list[Recipe]) -> list[list[Step]]:
    """A batch of programs, the same for the same number."""
    batch: list[list[Step]] = []

    @seed(number)
    @settings(
        max_examples=size,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(programs(target.features, tuple(known)))
    def draw(program: list[Step]) -> None:
        batch.append(program)

    draw()
    return batch
