"""Searches for programs after which a client does not agree with the kit, and shrinks them.

A program that fails is shrunk, and is run once more as it is then: what fails once only is counted
with its requirement, and not blamed. The search goes on, so that one run shows several faults.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from conformance.client_mode import generators
from conformance.client_mode.client_under_test import ClientUnderTest
from conformance.client_mode.connection import ClientConnection
from conformance.client_mode.generators import Step
from conformance.client_mode.program_run import FAULTS, Sequence
from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.sequences.shrink import shrunk

SHRINKING = 20.0
"""Seconds in which a finding is made shorter."""

CONFIRMATIONS = 3
"""How often a finding is run again, at most, to fail once more."""

MOST = 5
"""Findings after which a search ends."""

Found = tuple[Violation, Trace, list[Step]]


@dataclass(slots=True)
class Search:
    """One search.

    Attributes:
        fresh: Makes a client for a program; the client is the same.
        link: The connection that the next program begins with.
        seed: Where it begins.
        budget: Seconds after which no further program begins.
        examples: How many programs may run, but for shrinking, or None.
        programs: How many programs ran.
        steps: How many steps they had.
        events: How many frames passed, both ways.
        faults: How many connections were broken.
        unconfirmed: The requirements that a program broke once, and not when it was run again.
    """

    fresh: Callable[[], ClientUnderTest]
    link: ClientConnection
    seed: int
    budget: float
    examples: int | None
    programs: int = 0
    steps: int = 0
    events: int = 0
    faults: int = 0
    unconfirmed: list[str] = field(default_factory=list)

    async def findings(self) -> list[Found]:
        """Search until the time is over, or the examples are; what fails, each as short as it gets.

        What fails in the same step and breaks the same requirement is taken for the same fault,
        and told once.
        """
        ends = time.monotonic() + self.budget
        known: set[tuple[str | None, str]] = set()
        told: list[Found] = []
        while time.monotonic() < ends and self.programs != self.examples and len(told) < MOST:
            program = generators.program(Random(f"{self.seed}/{self.programs}"))
            found = await self._fails(program)
            self.programs += 1
            self.steps += len(program)
            self.faults += sum(step["do"] in FAULTS for step in program)
            if found is None or _fault(found) in known:
                continue
            known.add(_fault(found))
            shortest = await self._shrunk(found)
            confirmed = await self._again(shortest)
            if confirmed is None:
                self.unconfirmed.append(found[0].requirement or "state-client-patch")
            elif _fault(shortest) == _fault(found) or _fault(shortest) not in known:
                known.add(_fault(shortest))
                told.append(confirmed)
        return told

    async def _shrunk(self, found: Found) -> Found:
        violation, _, program = found

        async def fails(shorter: list[Step]) -> Found | None:
            again = await self._fails(shorter)
            return again if again and again[0].requirement == violation.requirement else None

        return (await shrunk(program, found, fails, SHRINKING))[1]

    async def _again(self, found: Found) -> Found | None:
        """Run what failed once more, or twice: a fault may be in every second connection."""
        for _ in range(CONFIRMATIONS):
            again = await self._fails(found[2])
            if again is not None:
                return again
        return None

    async def _fails(self, program: list[Step]) -> Found | None:
        client = self.fresh()
        sequence = Sequence(client)
        try:
            await client.begin(self.link)
            await sequence.run(program)
        except Violation as violation:
            await client.connection.release()  # so that nothing of it is left in the next one
            return violation, client.trace, program[: sequence.position + 1]
        finally:
            self.link = client.connection
            self.events += sum(entry.direction != "noted" for entry in client.trace.entries)
        return None

    def __str__(self) -> str:
        counted = [f"{self.programs} programs", f"{self.steps} steps", f"{self.events} events"]
        counted += [f"{self.faults} faults"]
        if self.unconfirmed:
            names = ", ".join(sorted(self.unconfirmed))
            counted.append(f"{len(self.unconfirmed)} failed once and not again ({names})")
        return ", ".join(counted)


def _fault(found: Found) -> tuple[str | None, str]:
    """What two findings of one fault have in common: the requirement, and the last step's kind."""
    violation, _, program = found
    return violation.requirement, program[-1]["do"]
