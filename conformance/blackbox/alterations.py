"""Writes to documents of an unknown application: they keep the types and shapes of the values."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from conformance.blackbox.client import BlackBoxClient
from conformance.blackbox.connect import survivor
from conformance.driver.application import Place
from conformance.driver.dialogue import Dialogue
from conformance.errors import ClosedEarly
from conformance.protocol.pointers import pointer
from conformance.protocol.wire import JSON

LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Write:
    """An attribute that was altered.

    Attributes:
        mark: The number of events that arrived before it.
        held: The client's copy after the server has handled it.
        after: The server's state at that time.
    """

    client: BlackBoxClient
    key: str
    name: str
    mark: int
    before: JSON
    held: JSON
    after: JSON


def alteration(value: JSON, *tokens: str, down: bool = False) -> JSON | None:
    """Return an operation that changes a value and keeps its type and shape, or None.

    A string grows by a character and a number by 1; a boolean is inverted. An array gets its last
    element again. In an object, the first member that can be altered is. With `down`, each change
    is reversed where something remains.
    """
    match value:
        case bool():
            new: JSON = not value
        case int() | float():
            less = value > -LARGEST if down else value >= LARGEST
            new = value - 1 if less else value + 1
        case str():
            new = value[:-1] if down and value.endswith("~") else value + "~"
        case [_, *others] if down and others:
            return {"op": "remove", "path": pointer(*tokens, str(len(others)))}
        case [*_, last]:
            return {"op": "add", "path": pointer(*tokens, "-"), "value": last}
        case dict():
            members = (alteration(value[name], *tokens, name, down=down) for name in value)
            return next((found for found in members if found), None)
        case _:
            return None
    return {"op": "replace", "path": pointer(*tokens), "value": new}


def alterations(
    states: dict[str, JSON], restless: set[Place], *, down: bool = False
) -> Iterator[tuple[str, str, JSON]]:
    """Yield a key, a name and an alteration for each attribute that does not change by itself."""
    for key, state in states.items():
        for name, value in state.items():
            operation = alteration(value, name, down=down)
            if operation is not None and (key, name) not in restless:
                yield key, name, operation


async def alter_all(client: BlackBoxClient) -> None:
    """Alter each attribute that does not change by itself."""
    for key, _, operation in alterations(await client.states(), client.application.restless):
        await client.write(key, operation)


async def written(
    dialogue: Dialogue, client: BlackBoxClient, states: dict[str, JSON]
) -> AsyncIterator[Write]:
    """Alter one attribute after another; skip those for which the server closes the connection.

    Raises:
        NotTestable: The session can't be reached again after a close.
    """
    for key, name, operation in alterations(states, client.application.restless):
        client = await survivor(dialogue, client)
        before, mark = await client.get(key), client.mark()
        try:
            await client.write(key, operation)
            held = client.held(key, await client.ask(key))
            after = await client.get(key)
        except ClosedEarly:
            continue
        yield Write(client, key, name, mark, before, held, after)
