"""Sends patches to an application that any server must refuse, and finds those it has applied.

An application may change on its own, and also when it refuses a patch: it may count or log the
refusal. So an attribute is at fault only if it has exactly the written value in every round. The
rounds write a greater and a smaller value in turn.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from conformance.blackbox.alterations import alterations
from conformance.blackbox.connect import arrive, survivor
from conformance.blackbox.differences import Differences, ValueDifference, in_every_round
from conformance.driver.application import Place
from conformance.driver.dialogue import Dialogue
from conformance.errors import ClosedEarly
from conformance.protocol.mirror import Mirror
from conformance.protocol.pointers import pointer
from conformance.protocol.wire import ABSENT, JSON, same

NOTHING_THERE = "nothing-there"


@dataclass(frozen=True, slots=True)
class RefusedPatch:
    """A patch that every server must refuse.

    Attributes:
        place: The attribute that it writes to.
        was: The value before it.
        value: The value that it would write; `ABSENT` if any value would be wrong.
    """

    place: Place
    operations: list[JSON]
    was: JSON
    value: JSON

    def taken(self, states: dict[str, JSON]) -> ValueDifference | None:
        """What is wrong if the attribute has taken what was written; None if it has not."""
        key, name = self.place
        now = states.get(key, {}).get(name, ABSENT)
        if now is ABSENT or (self.value is not ABSENT and not same(now, self.value)):
            return None
        return ValueDifference(self.was, now)


def refused_patches(name: str, operation: JSON, unknown: str) -> dict[str, list[JSON]]:
    """Return patches that every server must refuse, by what is wrong with them.

    Args:
        name: An attribute.
        operation: An alteration of it.
        unknown: A name that is not an attribute.
    """
    return {
        "test-fails": [
            {"op": "test", "path": pointer(name), "value": {unknown: unknown}},
            operation,
        ],
        "second-half-fails": [operation, {"op": "remove", "path": pointer(unknown)}],
        NOTHING_THERE: [{"op": "replace", "path": pointer(unknown, "0"), "value": 1}],
    }


async def taken(dialogue: Dialogue, session: str, wrong: str, unknown: str) -> Differences:
    """The fault if the attribute holds the written value; otherwise None."""
    suspects: set[Place] | None = None
    directions = itertools.cycle([False, True])

    async def look() -> Differences:
        nonlocal suspects
        client = await arrive(dialogue, session)
        before = await client.at_rest()
        restless = client.application.restless
        sent: list[RefusedPatch] = []
        with suppress(ClosedEarly):  # another case judges a close after a refusal
            for patch in _patches(before, restless, wrong, unknown, down=next(directions)):
                if suspects is None or patch.place in suspects:
                    sent.append(patch)
                    await client.write(patch.place[0], *patch.operations)
        after = await (await survivor(dialogue, client)).states()
        found = {patch.place: wrongly for patch in sent if (wrongly := patch.taken(after))}
        suspects = {*found}
        return found

    return await in_every_round(look)


def _patches(
    states: dict[str, JSON], restless: set[Place], wrong: str, unknown: str, *, down: bool
) -> Iterator[RefusedPatch]:
    if wrong == NOTHING_THERE:
        for key, state in states.items():
            operations = refused_patches(unknown, None, unknown)[wrong]
            yield RefusedPatch((key, unknown), operations, state.get(unknown, ABSENT), ABSENT)
        return
    for key, name, operation in alterations(states, restless, down=down):
        mirror = Mirror()
        mirror.set(key, states[key])
        mirror.patch(key, [operation])
        was, value = states[key][name], mirror[key][name]
        if not same(was, value):  # a very large number plus 1 is the same number
            yield RefusedPatch(
                (key, name), refused_patches(name, operation, unknown)[wrong], was, value
            )
