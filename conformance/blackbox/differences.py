"""Compares the states of documents at two times.

Without a testee contract, the kit knows nothing about an application. A document may change at any
time, with a patch or, like a clock, without one. So two states are compared attribute by attribute,
and attributes that differ are read again. Only an attribute that differs in every round, and has
not changed on its own, is a fault.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from conformance.driver import expect
from conformance.driver.application import Place
from conformance.protocol.wire import ABSENT, JSON, same

ROUNDS = 5
"""The number of rounds that must show a difference."""


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """The two values of an attribute; `ABSENT` where it is missing."""

    expected: JSON
    received: JSON


Differences = dict[Place, ValueDifference]


def attribute(path: str) -> str:
    """The attribute that a pointer points into; the empty string for the whole document."""
    return path[1:].partition("/")[0].replace("~1", "/").replace("~0", "~")


def differences(key: str, expected: JSON, received: JSON) -> Differences:
    """The attributes in which two states of a document differ."""
    return {
        (key, name): ValueDifference(expected.get(name, ABSENT), received.get(name, ABSENT))
        for name in dict.fromkeys([*expected, *received])
        if name not in expected or name not in received or not same(expected[name], received[name])
    }


def without(found: Differences, places: set[Place]) -> Differences:
    """The differences outside these places."""
    return {place: difference for place, difference in found.items() if place not in places}


async def in_every_round(look: Callable[[], Awaitable[Differences]]) -> Differences:
    """Return the differences that every round shows, with the values of the last round."""
    left = await look()
    for _ in range(ROUNDS - 1):
        if not left:
            break
        again = await look()
        left = {place: again[place] for place in left if place in again}
    return left


def nowhere(found: Differences, what: str, requirement: str | None = None) -> None:
    """Demand that there is no difference."""
    expected, received = (
        {
            f"{key}: {name}": value
            for (key, name), difference in found.items()
            if (value := getattr(difference, side)) is not ABSENT
        }
        for side in ("expected", "received")
    )
    expect.equal(received, expected, what, requirement=requirement)
