"""Observes an application without a testee: its states, its patches, the effects of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from conformance.blackbox.client import BlackBoxClient
from conformance.blackbox.connect import arrive, survivor
from conformance.blackbox.differences import (
    Differences,
    attribute,
    differences,
    in_every_round,
    without,
)
from conformance.driver.application import BURST, Call, Place
from conformance.driver.dialogue import Dialogue
from conformance.errors import ClosedEarly, Silence
from conformance.protocol.wire import JSON, Event

PATCHES = 3
"""The number of patches after which a difference is a fault."""

Attempt = Callable[[BlackBoxClient], Awaitable[object]]


def initial(client: BlackBoxClient) -> dict[str, JSON]:
    """The initial state of every document."""
    return {key: client.events(f"_SET:{key}")[0] for key in client.keys}


async def effect(dialogue: Dialogue, attempt: Attempt) -> Differences:
    """Return what an attempt changes each time, in new sessions."""

    async def look() -> Differences:
        client = await arrive(dialogue)
        before = await client.at_rest()
        await attempt(client)
        after = await (await survivor(dialogue, client)).states()
        found: Differences = {}
        for key in before.keys() & after.keys():
            found |= differences(key, before[key], after[key])
        return without(found, dialogue.target.application.restless)

    return await in_every_round(look)


async def call_all(client: BlackBoxClient) -> None:
    """Make the calls that the user has named, or the default one of the testee.

    Each named call is first made alone, to find whether it changes anything.
    """
    application = client.application
    if application.tried < len(application.calls) and BURST not in application.calls:
        await _watch(client)
    for call in application.calls[application.tried :]:
        if call is not BURST and not await _changes(client, call):
            application.idle.append(call)
        application.tried += 1
    for call in application.calls:
        await client.call(call)


async def _watch(client: BlackBoxClient) -> None:
    """Find what the application changes by itself."""
    application, since = client.application, client.mark()
    while await _patched(client, since, application.listen, application.restless) is not None:
        patches = [received.event for received in client.connection.received[since:]]
        application.restless |= {
            place for event in patches if event.name == "_PATCH" for place in _places(event)
        }


async def _changes(client: BlackBoxClient, call: Call) -> bool:
    """Whether a call changes anything that does not change by itself."""
    application = client.application
    before, since = await client.at_rest(), client.mark()
    await client.call(call)
    moved = await _patched(client, since, application.listen, application.restless)
    after = await client.states()
    found = {p for key in before for p in differences(key, before[key], after[key])}
    return moved is not None or not found <= application.restless


async def fallen_back(dialogue: Dialogue) -> Differences:
    """The changes of a connection that the next connection does not have."""
    older = await arrive(dialogue)
    await call_all(older)
    begun, last = initial(older), await older.states()
    await older.connection.close()
    given = initial(await arrive(dialogue, older.session))
    return {
        place: difference
        for key in last.keys() & given.keys()
        for place, difference in differences(key, last[key], given[key]).items()
        if place not in differences(key, begun[key], given[key])
    }


async def after_patches(
    client: BlackBoxClient, patience: float, alter: Attempt | None = None
) -> list[Differences]:
    """Return where the client's copy is wrong after each of some patches, until it is right.

    The application may convert the values that the kit has written, and send that later
    (state-corrected). So after the kit's writes, only attributes that were patched and not written
    are compared.

    Args:
        client: The client.
        patience: Seconds to wait for each patch.
        alter: Makes a change; None if the application makes it.
    """
    application = client.application
    found: list[Differences] = []
    while len(found) < PATCHES and (not found or found[-1]):
        since = client.mark()
        with suppress(ClosedEarly):  # another case judges a close after a refusal
            await (alter or call_all)(client)
        key = await _patched(client, since, patience)
        if key is None:
            break
        wrong = await client.disagreement(key)
        patches = client.events(f"_PATCH:{key}", since)
        places = {(key, attribute(one["path"])) for operations in patches for one in operations}
        if alter is not None:
            wrong = {p: wrong[p] for p in wrong.keys() & places - application.written}
        elif not application.calls:
            application.restless |= places
        found.append(wrong)
    return found


async def _patched(
    client: BlackBoxClient, since: int, patience: float, ignored: set[Place] | None = None
) -> str | None:
    """The key of the first patch since a mark, or None.

    With `ignored`, a patch of only these attributes does not count.
    """
    types = {f"_PATCH:{key}" for key in client.keys}

    def counts(event: Event) -> bool:
        return event.type in types and (ignored is None or bool(_places(event) - ignored))

    with suppress(TimeoutError, ClosedEarly):
        async with asyncio.timeout(patience):
            while True:
                with suppress(Silence):
                    found = await client.connection.wait(
                        lambda received: counts(received.event),
                        "a patch",
                        since=since,
                        requirement=None,
                    )
                    return found.event.key
    return None


def _places(patch: Event) -> set[Place]:
    """The attributes that the operations of a patch point into."""
    return {
        (patch.key or "", attribute(one["path"]))
        for one in (patch.data if isinstance(patch.data, list) else [])
        if isinstance(one, dict) and isinstance(one.get("path"), str)
    }
