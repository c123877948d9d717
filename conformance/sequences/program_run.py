"""Runs programs against a testee and checks after each step that everyone agrees.

After a step, at a fence: what each client holds is what its model says, and nothing illegal has
arrived. At the end, and where a step says so: what `_GET` answers is the same, and so is what a
fresh connection is given. Where the protocol promises less (writes that cross), less is demanded.
"""

from __future__ import annotations

import json

from conformance.driver.dialogue import Dialogue
from conformance.errors import ClosedEarly
from conformance.protocol.contract import TESTEE
from conformance.protocol.wire import JSON
from conformance.sequences.participant import Participant
from conformance.sequences.steps import STEPS, Step

Observation = dict[str, JSON]
"""What the client of a step held after it, by key, and what it got besides, by event type."""


MOST = 1000
"""The largest number in a step; a file may come from anywhere."""


class Sequence:
    """One program's run.

    Attributes:
        position: The index of the step that is being taken.
        participants: The sessions that it uses, each with a client and a model.
        observations: What was to be seen after each step that the server survived.
    """

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self.participants: dict[int, Participant] = {}
        self.observations: list[Observation] = []
        self.position = 0

    async def run(self, program: list[Step]) -> None:
        """Take all steps on fresh sessions, and compare everything at the end.

        Raises:
            KeyError: There is a step of an unknown kind, or one that lacks something.
            ValueError: A number in a step is out of bounds.
        """
        program = json.loads(json.dumps(program))  # no value is shared: no alias in a document
        for self.position, step in enumerate(program):
            _demand_bounds(step)
            client = await self._participant(step.get("at", 0))
            connection, mark = client.connection, client.peer.mark()
            await self._take(client, step)
            self.observations.append(
                client.observed(mark if connection is client.connection else 0)
            )
        for client in self.participants.values():
            try:
                await client.finish()
            except ClosedEarly as error:
                at_rest = "session-takeover" if client.took_over else "connection-refusal-survives"
                error.requirement = error.requirement or at_rest
                raise

    async def _participant(self, number: int) -> Participant:
        if number not in self.participants:
            self.participants[number] = await Participant.take(self._dialogue)
        return self.participants[number]

    async def _take(self, client: Participant, step: Step) -> None:
        kind = STEPS[step["do"]]
        try:
            await kind.take(client, step)
            if client.watched:
                await client.get()
        except ClosedEarly as error:
            innocent = kind.survives == "actions-call"
            error.requirement = error.requirement or (
                "session-takeover" if client.took_over and innocent else kind.survives
            )
            raise
        about = step.get("key", TESTEE)

        def broken(key: str) -> str:
            return "state-converges" if key == about else "state-keys-apart"

        await client.check(broken, changed=about)
        for other in self.participants.values():
            if other is not client:
                await other.check(lambda _: "session-apart", changed=None)


def _demand_bounds(step: Step) -> None:
    for name in ("count", "connections", "missing"):
        if name in step and not 1 <= step[name] <= MOST:
            raise ValueError(f"{name} has to be between 1 and {MOST}")
