"""Searches for programs that a server fails, and shrinks them.

Hypothesis draws the programs in batches. The programs of a batch run concurrently, each on fresh
sessions. A finding is shrunk, one run at a time, and run again to confirm it. The steps of the
shrunk program are its recipe. Later programs are drawn so that they do not follow it, and one run
shows several faults.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance.driver.dialogue import Dialogue
from conformance.driver.target import Target
from conformance.errors import Silence, Violation
from conformance.sequences.finding import Finding, Tally, confirmed
from conformance.sequences.program_run import Sequence
from conformance.sequences.shrink import shrunk
from conformance.sequences.steps import FAULTS, Step
from conformance.sequences.strategies import Recipe, programs, signature

BATCH = 10
"""Programs that are drawn between two checks of the time."""
ABREAST = 4
"""Programs that run at the same time: one is judged while another waits for the server."""
HASTE = 0.1
"""The part of the deadline that remains while a missing answer is shrunk."""

Judge = Callable[[Target, list[Step]], Awaitable[Finding | None]]


@dataclass(slots=True)
class Search:
    """A search against one server.

    Attributes:
        target: The server.
        seed: The number of the first batch; the same seed draws the same programs.
        budget: Seconds after which no further program begins, if `LEAST` have run.
        examples: The number of programs after which no batch begins, or None.
        judge: Runs a program, and returns the finding in it; by default it checks conformance.
        tally: The size of the search so far.
    """

    target: Target
    seed: int
    budget: float
    examples: int | None = None
    judge: Judge | None = None
    tally: Tally = field(default_factory=Tally)

    def findings(self) -> Iterator[Finding]:
        """Search until the time or the examples are used up."""
        ends = time.monotonic() + self.budget
        avoided: list[Recipe] = []
        reported: set[tuple[str | None, Recipe]] = set()
        number = self.seed
        with asyncio.Runner() as runner:
            while self._left() > 0 and not self.tally.is_enough(ends):
                found = runner.run(self._batch(number, avoided, ends))
                number += 1
                if found is None:
                    continue
                again = runner.run(confirmed(found.program, partial(self._judged, self.target)))
                if again is None:
                    self.tally.unconfirmed.append(found.violation.requirement or "state-converges")
                    avoided.append(recipe(found.program))
                    continue
                faults = {(again.violation.requirement, part) for part in parts(again.program)}
                known = [part for _, part in faults & reported]
                avoided.append(min(known, key=len) if known else recipe(again.program))
                if not known:
                    reported |= faults
                    yield again
                if self.target.refuses():
                    return

    def _left(self) -> int:
        return BATCH if self.examples is None else self.examples - self.tally.programs

    async def _batch(self, number: int, avoided: list[Recipe], ends: float) -> Finding | None:
        found = await self._abreast(
            drawn(number, min(BATCH, self._left()), self.target, avoided), ends
        )
        if found is None:
            return None
        haste = HASTE if isinstance(found.violation, Silence) else 1
        hasty = replace(self.target, time_scale=self.target.time_scale * haste)
        return await shrunk(found, partial(self._judged, hasty))

    async def _abreast(self, batch: list[list[Step]], ends: float) -> Finding | None:
        """Run programs concurrently until one fails or the time is used up."""
        found: Finding | None = None
        waiting = iter(batch)

        async def run_some() -> None:
            nonlocal found
            for program in waiting:
                if found is None and not self.tally.is_enough(ends):
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
            return Finding(program[: sequence.position + 1], broken, dialogue.trace)
        finally:
            self.tally.add_program(program[: sequence.position + 1], FAULTS)
            self.tally.add_events(dialogue.trace)
            await dialogue.release()
        return None


def recipe(program: list[Step]) -> Recipe:
    """The signatures of the steps that lead to a finding."""
    return tuple(map(signature, program))


def parts(program: list[Step]) -> list[Recipe]:
    """The recipes of which two findings of one fault share one: all but the last, or both ends."""
    whole = recipe(program)
    return [whole] if len(whole) == 1 else [whole[:-1], (whole[0], whole[-1])]


def drawn(number: int, size: int, target: Target, avoided: list[Recipe]) -> list[list[Step]]:
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
    @given(programs(target.features, tuple(avoided)))
    def draw(program: list[Step]) -> None:
        batch.append(program)

    draw()
    return batch
