"""Writes to documents of an unknown application: they keep the types and shapes of the values."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from conformance.blackbox.client import BlackBoxClient
from conformance.blackbox.connect import survivor
from conformance.blackbox.differences import pointer
from conformance.driver.application import Place
from conformance.driver.dialogue import Dialogue
from conformance.errors import ClosedEarly
from conformance.protocol.wire import JSON

LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Write:
    """An attribute that was altered.

    Attributes:
        client: The client that altered it.
        key: The document.
        name: The attribute.
        mark: What had arrived before it.
        before: The document's state before it.
        held: What the client held when the server had handled it.
        after: The document's state then.
    """

    client: BlackBoxClient
    key: str
    name: str
    mark: int
    before: JSON
    held: JSON
    after: JSON


def alteration(value: JSON, *tokens: str, down: bool = False) -> JSON | None:
    """An operation that changes a value to another one of its type and shape, or None.

    A text gets one more character, a number is increased by 1, `true` becomes `false`, the last
    element of an array is appended again, and in an object the first member that can be altered is
    altered. Downwards, the opposite is done unless the value would become empty.

    Args:
        value: What is there now.
        tokens: Where it is.
        down: Whether it is to become less.
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
    """An alteration of each attribute that does not change on its own: key, name, operation."""
    for key, state in states.items():
        for name, value in state.items():
            operation = alteration(value, name, down=down)
            if operation is not None and (key, name) not in restless:
                yield key, name, operation


async def alter_all(client: BlackBoxClient) -> None:
    """Alter every attribute that can be altered and does not change on its own."""
    for key, _, operation in alterations(await client.states(), client.application.restless):
        await client.write(key, operation)


async def written(
    dialogue: Dialogue, client: BlackBoxClient, states: dict[str, JSON]
) -> AsyncIterator[Write]:
    """Alter one attribute after the other; skip those for which the server closes the connection.

    Raises:
        NotTestable: The session can not be reached again after that.
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
