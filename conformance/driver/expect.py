"""What a case says when the server is not as the specification has it.

    Violation               a requirement is not met
    ├── Silence             something required did not come before the deadline
    ├── ClosedEarly         the server closed, or lost, a connection that had to stay open
    └── TurnedAway          the server had no place for one more connection, and said so
    Violations              several of them, found by generated sequences
    NotTestable             the run lacks what the case needs; says what that is

Everything else that a case raises is the kit's own error and is never blamed on the server.
"""

from __future__ import annotations

from typing import Any, NoReturn

from conformance.driver.counters import TALLY
from conformance.driver.trace import Trace
from conformance.protocol.display import show_json
from conformance.protocol.wire import JSON, same


class Violation(Exception):
    """A requirement is not met.

    Attributes:
        requirement: The id of the requirement, or None for the one that the case is bound to.
        expected: What the server had to do.
        received: What it did.
        sent: What it was asked, if not the last frame that the kit sent.
    """

    def __init__(
        self,
        *,
        expected: str,
        received: str,
        requirement: str | None = None,
        sent: str | None = None,
    ) -> None:
        super().__init__(expected, received)
        self.requirement = requirement
        self.expected = expected
        self.received = received
        self.sent = sent

    def __str__(self) -> str:
        return f"expected {self.expected}, received {self.received}"


class Silence(Violation):
    """Something required did not come before the deadline."""


class ClosedEarly(Violation):
    """The server closed, or lost, a connection that had to stay open."""


class TurnedAway(Violation):
    """The server had no place for one more connection, and said so; how many it has is its own."""


class Violations(Exception):
    """What generated sequences found.

    Attributes:
        findings: For each the violation, the trace, and the steps that led to it.
    """

    def __init__(self, findings: list[tuple[Violation, Trace, list[dict[str, Any]]]]) -> None:
        super().__init__(findings)
        self.findings = findings


class NotTestable(Exception):
    """The run lacks what the case needs; the text says what that is."""


def equal(
    received: JSON, expected: JSON, what: str = "the value", *, requirement: str | None = None
) -> None:
    """Demand that two JSON values are equal by JSON's types.

    Raises:
        Violation: They are not.
    """
    TALLY.comparisons += 1
    if not same(received, expected):
        raise Violation(
            requirement=requirement,
            expected=f"{what}: {_wanted(received, expected)}",
            received=difference(received, expected),
        )


def true(
    condition: object, *, expected: str, received: str, requirement: str | None = None
) -> None:
    """Demand a condition.

    Raises:
        Violation: It does not hold.
    """
    TALLY.comparisons += 1
    if not condition:
        raise Violation(requirement=requirement, expected=expected, received=received)


def fail(*, expected: str, received: str, requirement: str | None = None) -> NoReturn:
    """Say that a requirement is not met."""
    TALLY.comparisons += 1
    raise Violation(requirement=requirement, expected=expected, received=received)


def _wanted(received: JSON, expected: JSON) -> str:
    """What was expected; of two objects only the members that differ."""
    if not isinstance(received, dict) or not isinstance(expected, dict):
        return show_json(expected)
    wrong = {n: v for n, v in expected.items() if n not in received or not same(received[n], v)}
    right = len(expected) - len(wrong)
    if not wrong or not right:
        return show_json(expected)
    return f"{show_json(wrong)}, and {right} more that {'is' if right == 1 else 'are'} right"


def difference(received: JSON, expected: JSON) -> str:
    """What was received; of two objects only the members that differ."""
    if not isinstance(received, dict) or not isinstance(expected, dict):
        return show_json(received)
    parts = [
        f"{name!r}: {show_json(received[name])} instead of {show_json(value)}"
        for name, value in expected.items()
        if name in received and not same(received[name], value)
    ]
    parts += [f"no {name!r}" for name in expected if name not in received]
    parts += [
        f"{name!r}: {show_json(received[name])} besides" for name in received.keys() - expected
    ]
    return ", ".join(parts)
