"""The ways in which the cases without a contract look at an application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from conformance.compare import Differences, attribute, differences, in_every_round, without
from conformance.expect import ClosedEarly, Silence
from conformance.peer import Dialogue
from conformance.visitor import Visitor
from conformance.visits import arrive, survivor
from conformance.wire import JSON

PATCHES = 3
"""How many patches have to lead to something wrong before that is a fault."""

Attempt = Callable[[Visitor], Awaitable[object]]


def initial(visitor: Visitor) -> dict[str, JSON]:
    """The initial state of every document."""
    return {key: visitor.events(f"_SET:{key}")[0] for key in visitor.keys}


async def effect(dialogue: Dialogue, attempt: Attempt) -> Differences:
    """What an attempt changes, each time that it is made in a fresh session."""

    async def look() -> Differences:
        visitor = await arrive(dialogue)
        before = await visitor.at_rest()
        await attempt(visitor)
        after = await (await survivor(dialogue, visitor)).states()
        found: Differences = {}
        for key in before.keys() & after.keys():
            found |= differences(key, before[key], after[key])
        return without(found, dialogue.target.application.restless)

    return await in_every_round(look)


async def fallen_back(dialogue: Dialogue) -> Differences:
    """What had changed on a connection, and is on the next one as it was at its beginning."""
    older = await arrive(dialogue)
    await older.call()
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
    visitor: Visitor, patience: float, alter: Attempt | None = None
) -> list[Differences]:
    """Where the mirror is wrong after each of some patches; ends with the first that is right.

    What the kit itself has written may be converted or derived from, and a server may tell that
    later (state-corrected): then only what was patched, and not written, has to be right.

    Args:
        visitor: Who listens.
        patience: Seconds to wait for each patch.
        alter: What makes a change, or None if the application is to make it.
    """
    application = visitor.application
    found: list[Differences] = []
    while len(found) < PATCHES and (not found or found[-1]):
        since = visitor.mark()
        with suppress(ClosedEarly):  # that a refusal closes is found elsewhere
            await (alter or Visitor.call)(visitor)
        key = await _patched(visitor, since, patience)
        if key is None:
            break
        wrong = await visitor.disagreement(key)
        patches = visitor.events(f"_PATCH:{key}", since)
        places = {(key, attribute(one["path"])) for operations in patches for one in operations}
        if alter is not None:
            wrong = {p: wrong[p] for p in wrong.keys() & places - application.written}
        elif not application.calls:
            application.restless |= places
        found.append(wrong)
    return found


async def _patched(visitor: Visitor, since: int, patience: float) -> str | None:
    """The key of the first patch since a mark, or None if none comes in time."""
    types = {f"_PATCH:{key}" for key in visitor.keys}
    with suppress(TimeoutError, ClosedEarly):
        async with asyncio.timeout(patience):
            while True:
                with suppress(Silence):
                    found = await visitor.connection.wait(
                        lambda received: received.event.type in types,
                        "a patch",
                        since=since,
                        requirement=None,
                    )
                    return found.event.key
    return None
