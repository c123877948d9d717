"""Tests of `ws_sync._server.document_state`: the snapshot across connections and congestion."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.websockets import WebSocket

from tests.ws_sync.harness import Server
from ws_sync._binding.attributes import Attribute
from ws_sync._core.json.codec import JSON
from ws_sync._log import Log
from ws_sync._server.connection import Connection
from ws_sync._server.document_state import DocumentState
from ws_sync.limits import Limits

pytestmark = pytest.mark.io


class Thing:
    def __init__(self) -> None:
        self.a = 1
        self.b: Any = 1


def make() -> tuple[Thing, DocumentState]:
    thing, state = Thing(), DocumentState("T", Log())
    for name in ("a", "b"):
        state.attributes[name] = Attribute.of(thing, name, name)
    return thing, state


def replace(name: str, value: Any) -> Any:
    return {"op": "replace", "path": f"/{name}", "value": value}


async def test_congested_changes_go_out_as_one_patch_of_the_named_attributes() -> None:
    thing, state = make()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        connection = Connection(ws, state._log, Limits(congested_units=0))
        state.announce(connection)
        thing.a, thing.b = 2, 2
        assert state.publish(connection, ["a"]) == (False, [])
        thing.a = 3
        assert state.publish(connection, ["a"]) == (False, [])
        await connection.receive()
        connection.close()
        await connection.closed()

    async with Server(endpoint) as server, server.connect() as client:
        assert await client.receive() == ("_SET:T", {"a": 1, "b": 1})
        assert await client.receive() == ("_PATCH:T", [replace("a", 3)])
        await client.send("go on")
        assert await client.close_code() == 1000


async def test_late_patch_is_dropped_when_another_connection_has_the_state() -> None:
    thing, state = make()
    checked = asyncio.Event()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        connection = Connection(ws, state._log, Limits(congested_units=0))
        state.announce(connection)
        thing.a = 2
        state.publish(connection)
        state.restart()
        await connection.receive()
        connection.close()
        await connection.closed()
        checked.set()

    async with Server(endpoint) as server, server.connect() as client:
        await client.receive()
        await client.send("go on")
        assert await client.close_code() == 1000


async def test_refused_write_that_crosses_another_one_is_repeated_later() -> None:
    """S-06: the state that answers a refused write may cross the next write."""
    _, state = make()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        connection = Connection(ws, state._log)
        state.announce(connection)
        state.resync(connection)
        state.receive_patch(connection, [replace("a", 5)])
        assert state._concurrent_edits.next_due() is not None
        state.receive_patch(connection, [replace("b", 5)])
        await connection.receive()
        connection.close()
        await connection.closed()

    async with Server(endpoint) as server, server.connect() as client:
        assert [(await client.receive())[0] for _ in range(2)] == ["_SET:T"] * 2
        repeated: list[JSON] = []
        while len(repeated) < 2:  # in one patch or in two
            event, operations = await client.receive()
            assert event == "_PATCH:T"
            repeated += operations
        assert repeated == [replace("a", 5), replace("b", 5)]
        await client.send("go on")
