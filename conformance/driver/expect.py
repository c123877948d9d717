"""Verifiers: each compares a fact with a demand, counts it, and raises a `Violation`."""

from __future__ import annotations

from typing import NoReturn

from conformance.driver.counters import TALLY
from conformance.errors import Kind, Violation
from conformance.protocol.display import show_json
from conformance.protocol.wire import JSON, same


class DifferentValue(Violation):
    """A JSON value is not the expected one.

    Attributes:
        what: Which value it is.
    """

    default = Kind.DIFFERENT_VALUE

    def __init__(
        self,
        what: str,
        received: JSON,
        expected: JSON,
        *,
        requirement: str | None = None,
        kind: Kind | None = None,
    ) -> None:
        super().__init__(
            requirement=requirement, kind=kind, expected_value=expected, received_value=received
        )
        self.what = what

    @property
    def expected(self) -> str:
        """The expected value; of two objects only the members that differ."""
        wanted = _wanted(self.received_value, self.expected_value)
        return self._expected or f"{self.what}: {wanted}"

    @property
    def received(self) -> str:
        """The received value; of two objects only the members that differ."""
        return _difference(self.received_value, self.expected_value)


def equal(
    received: JSON,
    expected: JSON,
    what: str = "the value",
    *,
    requirement: str | None = None,
    kind: Kind | None = None,
) -> None:
    """Demand that two JSON values are equal by JSON's types."""
    TALLY.comparisons += 1
    if not same(received, expected):
        raise DifferentValue(what, received, expected, requirement=requirement, kind=kind)


def true(
    condition: object,
    *,
    expected: str,
    received: str,
    requirement: str | None = None,
    kind: Kind | None = None,
    event: str | None = None,
    received_value: JSON = None,
) -> None:
    """Demand a condition."""
    if not condition:
        fail(
            expected=expected,
            received=received,
            requirement=requirement,
            kind=kind,
            event=event,
            received_value=received_value,
        )
    TALLY.comparisons += 1


def fail(
    *,
    expected: str,
    received: str,
    requirement: str | None = None,
    kind: Kind | None = None,
    event: str | None = None,
    received_value: JSON = None,
) -> NoReturn:
    """Report that a requirement is not met."""
    TALLY.comparisons += 1
    raise Violation(
        requirement=requirement,
        expected=expected,
        received=received,
        kind=kind,
        event=event,
        received_value=received_value,
    )


def _wanted(received: JSON, expected: JSON) -> str:
    """The expected value; of two objects only the members that differ."""
    if not isinstance(received, dict) or not isinstance(expected, dict):
        return show_json(expected)
    wrong = {n: v for n, v in expected.items() if n not in received or not same(received[n], v)}
    right = len(expected) - len(wrong)
    if not wrong or not right:
        return show_json(expected)
    return f"{show_json(wrong)}, and {right} equal member{'' if right == 1 else 's'}"


def _difference(received: JSON, expected: JSON) -> str:
    """The received value; of two objects only the members that differ."""
    if not isinstance(received, dict) or not isinstance(expected, dict):
        return show_json(received)
    parts = [
        f"{name!r}: {show_json(received[name])} instead of {show_json(value)}"
        for name, value in expected.items()
        if name in received and not same(received[name], value)
    ]
    parts += [f"no {name!r}" for name in expected if name not in received]
    extra = (name for name in received if name not in expected)
    parts += [f"an extra {name!r}: {show_json(received[name])}" for name in extra]
    return ", ".join(parts)
