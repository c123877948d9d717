"""Registers the steps of a family: functions of a participant and a step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.sequences.participant import Participant

Step = dict[str, Any]
"""`do` names its kind, and `at` its session (the first if absent)."""

Take = Callable[[Participant, Step], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of step.

    Attributes:
        take: Acts, updates the model, and returns after a fence.
        survives: The requirement that a server breaks if it closes the connection.
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
        """Register a function for the steps of this name."""

        def register(take: Take) -> Take:
            self.kinds[name] = Kind(take, survives)
            return take

        return register
