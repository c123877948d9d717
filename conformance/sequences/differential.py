"""Runs the same generated programs against several servers, and finds where they differ.

Each program runs against all servers at the same time. It is shrunk if the servers break different
requirements, or if their clients hold different documents. A difference that no requirement forbids
is reported as such.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from conformance.driver.dialogue import Dialogue
from conformance.driver.target import Target
from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.protocol.display import show_json
from conformance.protocol.wire import same
from conformance.sequences.finding import Finding
from conformance.sequences.program_run import Observation, Sequence
from conformance.sequences.search import Search
from conformance.sequences.steps import FAULTS, Step


@dataclass(frozen=True, slots=True)
class Course:
    """What one server did in a program.

    Attributes:
        observations: What its clients held and received after each step.
        violation: What it broke in the step after these, or None.
    """

    trace: Trace
    observations: list[Observation]
    violation: Violation | None

    def requirement(self) -> str | None:
        """The id of the broken requirement, or None."""
        if self.violation is None:
            return None
        return self.violation.requirement or "state-converges"


class ServersDiffer(Violation):
    """Servers differ in the same program.

    Attributes:
        step: The index of the step in which they differ.
        legal: Whether none of them broke a requirement.
    """

    def __init__(self, courses: list[Course], step: int) -> None:
        broken = next((course.requirement() for course in courses if course.violation), None)
        super().__init__(
            expected="the same from all servers", received="a difference", requirement=broken
        )
        self.courses = courses
        self.step = step
        self.legal = broken is None

    def rows(self) -> list[list[str]]:
        """The differences: a name, and the value of each server."""
        if not self.legal:
            return [
                ["breaks", *(course.requirement() or "nothing" for course in self.courses)],
                ["", *(str(course.violation or "") for course in self.courses)],
            ]
        seen = [course.observations[self.step] for course in self.courses]
        return [
            [name, *(show_json(each[name]) if name in each else "nothing" for each in seen)]
            for name in sorted({name for each in seen for name in each})
            if any(name not in each or not same(each[name], seen[0].get(name)) for each in seen)
        ]


async def run_everywhere(targets: list[Target], program: list[Step]) -> list[Course]:
    """Run a program against all servers at the same time."""
    return list(await asyncio.gather(*(run_at(target, program) for target in targets)))


async def run_at(target: Target, program: list[Step]) -> Course:
    """Run a program against one server."""
    dialogue = Dialogue(target)
    sequence = Sequence(dialogue)
    violation = None
    try:
        await sequence.run(program)
    except Violation as error:
        violation = dialogue.first_violation() or error
    finally:
        await dialogue.release()
    return Course(dialogue.trace, sequence.observations, violation)


def compared(courses: list[Course]) -> ServersDiffer | None:
    """Return the first difference between the courses of a program, or None.

    The broken requirements and their steps are compared, but not the texts of the violations.
    """
    first = courses[0]
    steps = min(len(course.observations) for course in courses)
    breaches = {(course.requirement(), len(course.observations)) for course in courses}
    if len(breaches) > 1 and any(course.violation for course in courses):
        return ServersDiffer(courses, steps)
    for step in range(steps):
        seen = first.observations[step]
        if any(not same(seen, course.observations[step]) for course in courses[1:]):
            return ServersDiffer(courses, step)
    return None


def search(targets: list[Target], seed: int, budget: float) -> Search:
    """Return a search for programs in which the servers differ."""

    async def judge(target: Target, program: list[Step]) -> Finding | None:
        scaled = [replace(each, time_scale=target.time_scale) for each in targets]
        courses = await run_everywhere(scaled, program)
        found.tally.add_program(program, FAULTS)
        found.tally.add_events(courses[0].trace)
        difference = compared(courses)
        if difference is None:
            return None
        return Finding(program[: difference.step + 1], difference, courses[0].trace)

    common = frozenset.intersection(*(target.features for target in targets))
    found = Search(replace(targets[0], features=common), seed, budget, judge=judge)
    return found
