"""How a family of steps is written: functions of a client and a step, registered by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.sequences.participant import Participant

Step = dict[str, Any]
"""`do` names its kind, `at` the session that it is taken in (the first if absent)."""

Take = Callable[[Participant, Step], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of step.

    Attributes:
        take: Takes it: acts, moves the model on, and returns behind a fence.
        survives: The requirement that a server breaks that ends the connection over it.
    """

    take: Take
    survives: str


@dataclass(frozen=True, slots=True)
class Family:
    """The kinds of one module, by name."""

    kinds: dict[str, Kind] = field(default_factory=dict)

    def step(
        self, name: str, survives: str = "connection-refusal-survives"
    ) -> Callable[[Take], Take]:
        """Register the function that takes the steps of this name."""

        def register(take: Take) -> Take:
            self.kinds[name] = Kind(take, survives)
            return take

        return register
