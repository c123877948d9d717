"""Restores the documents of an application after the kit has written to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from conformance.blackbox.alterations import alterations
from conformance.blackbox.client import NEEDS_WRITES, BlackBoxClient
from conformance.blackbox.connect import arrive, survivor
from conformance.blackbox.differences import Differences, differences, without
from conformance.driver.application import Place
from conformance.driver.dialogue import Dialogue
from conformance.errors import NotTestable, Violation
from conformance.protocol.display import show_json
from conformance.protocol.pointers import pointer
from conformance.protocol.wire import ABSENT, JSON

UNALTERABLE = "an attribute whose value can be altered: not null or empty"


@asynccontextmanager
async def restoring(dialogue: Dialogue, client: BlackBoxClient) -> AsyncIterator[dict[str, JSON]]:
    """Yield the states of the documents, and restore them at the end of the block.

    What can't be restored is reported at the end of the run.

    Raises:
        NotTestable: The user has not allowed writes, or no attribute can be altered.
    """
    target = dialogue.target
    if not target.may_write:
        raise NotTestable(*NEEDS_WRITES)
    before = await client.at_rest()
    if not any(alterations(before, target.application.restless)):
        raise NotTestable(UNALTERABLE)
    try:
        yield before
    finally:
        stimulus = dialogue.trace.stimulus
        try:
            await _restore(dialogue, client, before)
        except Violation as violation:
            target.application.left.append(f"the state could not be restored: {violation}")
        dialogue.trace.stimulus = stimulus


async def _restore(dialogue: Dialogue, client: BlackBoxClient, before: dict[str, JSON]) -> None:
    target = dialogue.target
    try:
        client = await survivor(dialogue, client)
    except NotTestable:  # the server serves connections side by side, with shared documents
        client = await arrive(dialogue, client.session)
    for key, state in before.items():
        await _restore_key(client, key, state, target.application.written)
        left = await _differing(client, key, state, target.application.restless)
        if left:  # a faulty server may have changed attributes that were not written
            await _restore_key(client, key, state, set(left))
            left = await _differing(client, key, state, target.application.restless)
        target.application.left += [
            f"{key}: {name!r} could not be restored: it was {_shown(difference.expected)} and is "
            f"{_shown(difference.received)}"
            for (_, name), difference in left.items()
        ]


async def _restore_key(client: BlackBoxClient, key: str, state: JSON, places: set[Place]) -> None:
    for place, difference in differences(key, state, await client.get(key)).items():
        if place in places and ABSENT not in (difference.expected, difference.received):
            path, value = pointer(place[1]), difference.expected
            await client.write(key, {"op": "replace", "path": path, "value": value})


async def _differing(
    client: BlackBoxClient, key: str, state: JSON, restless: set[Place]
) -> Differences:
    return without(differences(key, state, await client.get(key)), restless)


def _shown(value: JSON) -> str:
    return "not there" if value is ABSENT else show_json(value)
