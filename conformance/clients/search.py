"""Searches for a program after which a client does not agree with the kit, and shrinks it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from conformance.clients import drawing
from conformance.clients.drawing import Step
from conformance.clients.guest import Guest
from conformance.clients.link import Link
from conformance.clients.sequence import FAULTS, Sequence
from conformance.expect import Violation
from conformance.shrink import shrunk
from conformance.trace import Trace

SHRINKING = 20.0
"""Seconds in which a finding is made shorter."""

Found = tuple[Violation, Trace, list[Step]]


@dataclass(slots=True)
class Search:
    """One search.

    Attributes:
        fresh: Makes a guest for a program; the client is the same.
        link: The connection that the next program begins with.
        seed: Where it begins.
        budget: Seconds after which no further program begins.
        examples: How many programs may run, but for shrinking, or None.
        programs: How many programs ran.
        steps: How many steps they had.
        events: How many frames passed, both ways.
        faults: How many connections were broken.
    """

    fresh: Callable[[], Guest]
    link: Link
    seed: int
    budget: float
    examples: int | None
    programs: int = 0
    steps: int = 0
    events: int = 0
    faults: int = 0

    async def finding(self) -> Found | None:
        """The first program that fails, as short as it could be made; None if none does."""
        ends = time.monotonic() + self.budget
        while time.monotonic() < ends and self.programs != self.examples:
            program = drawing.program(Random(f"{self.seed}/{self.programs}"))
            found = await self._fails(program)
            self.programs += 1
            self.steps += len(program)
            self.faults += sum(step["do"] in FAULTS for step in program)
            if found is not None:
                _, shortest = await shrunk(program, found, self._fails, SHRINKING)
                return shortest
        return None

    async def _fails(self, program: list[Step]) -> Found | None:
        guest = self.fresh()
        try:
            await guest.begin(self.link)
            await Sequence(guest).run(program)
        except Violation as violation:
            await guest.link.release()  # so that nothing of it is left in the next one
            return violation, guest.trace, program
        finally:
            self.link = guest.link
            self.events += sum(entry.direction != "noted" for entry in guest.trace.entries)
        return None

    def __str__(self) -> str:
        counted = (f"{self.programs} programs", f"{self.steps} steps", f"{self.events} events")
        return ", ".join((*counted, f"{self.faults} faults"))
