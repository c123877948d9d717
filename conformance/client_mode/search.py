"""Searches for programs after which a client does not agree with the kit, and shrinks them.

A finding is shrunk, and run again to confirm it. The search goes on after it, and one run shows
several faults.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from conformance.client_mode import generators
from conformance.client_mode.client_under_test import ClientUnderTest
from conformance.client_mode.connection import ClientConnection
from conformance.client_mode.program_run import FAULTS, Sequence
from conformance.errors import Violation
from conformance.sequences.finding import Finding, Tally, confirmed
from conformance.sequences.shrink import shrunk
from conformance.sequences.steps import Step

MOST = 5
"""Findings after which a search ends."""


@dataclass(slots=True)
class Search:
    """A search with one client.

    Attributes:
        fresh: Returns the client for another dialogue.
        link: The connection with which the next program begins.
        seed: The seed of the programs.
        budget: Seconds after which no further program begins, if `LEAST` have run.
        examples: The number of programs to draw, or None.
        tally: The size of the search so far, without the attempts to shrink.
    """

    fresh: Callable[[], ClientUnderTest]
    link: ClientConnection
    seed: int
    budget: float
    examples: int | None
    tally: Tally = field(default_factory=Tally)

    async def findings(self) -> list[Finding]:
        """Search until the time or the examples are used up, and return the shrunk findings.

        Findings that break the same requirement in the same kind of step are reported once.
        """
        ends = time.monotonic() + self.budget
        known: set[tuple[str | None, str]] = set()
        reported: list[Finding] = []
        tally = self.tally
        while tally.programs != self.examples and len(reported) < MOST:
            if tally.is_enough(ends):
                break
            program = generators.program(Random(f"{self.seed}/{tally.programs}"))
            found = await self._judged(program)
            tally.add_program(program, FAULTS)
            if found is None or _fault(found) in known:
                continue
            known.add(_fault(found))
            shortest = await shrunk(found, self._judged)
            again = await confirmed(shortest.program, self._judged)
            if again is None:
                tally.unconfirmed.append(found.violation.requirement or "state-client-patch")
            elif _fault(again) == _fault(found) or _fault(again) not in known:
                known.add(_fault(again))
                reported.append(again)
        return reported

    async def _judged(self, program: list[Step]) -> Finding | None:
        client = self.fresh()
        sequence = Sequence(client)
        try:
            await client.begin(self.link)
            await sequence.run(program)
        except Violation as violation:
            await client.connection.release()  # the next program begins on a new connection
            return Finding(program[: sequence.position + 1], violation, client.trace)
        finally:
            self.link = client.connection
            self.tally.add_events(client.trace)
        return None


def _fault(found: Finding) -> tuple[str | None, str]:
    return found.violation.requirement, found.program[-1]["do"]
