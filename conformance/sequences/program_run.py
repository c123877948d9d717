"""Runs programs against a testee, and checks after each step that both sides agree.

After a step, at a fence, each client must hold what its model holds, and nothing illegal may have
arrived. At the end, and where a step says so, the answer to `_GET` and the initial state of a new
connection are compared too. Where the protocol promises less (writes that cross), less is checked.
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
"""What the client of a step held after it, by key, and the notices, by event type."""


MOST = 1000
"""The largest number in a step, because a replay file may come from anywhere."""


class Sequence:
    """A run of one program.

    Attributes:
        position: The index of the current step.
        participants: The sessions that it uses, each with a client and a model.
        observations: What the clients held after each completed step.
    """

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self.participants: dict[int, Participant] = {}
        self.observations: list[Observation] = []
        self.position = 0

    async def run(self, program: list[Step]) -> None:
        """Take all steps on new sessions, and compare all documents at the end.

        Raises:
            KeyError: A step is of an unknown kind, or lacks a member.
            ValueError: A number in a step is out of range.
        """
        program = json.loads(json.dumps(program))  # so that no value is shared between documents
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
            raise ValueError(f"{name} must be between 1 and {MOST}, not {step[name]!r}")
