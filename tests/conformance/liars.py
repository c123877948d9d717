"""Servers that are not testees, each in its own way, for the messages of the kit.

Each is a coroutine for `serve`, a few lines long; its docstring says how it lies.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

Liar = Callable[[ServerConnection], Awaitable[None]]

STATE = {
    "features": [],
    "text": "",
    "number": 0,
    "flag": False,
    "items": [],
    "table": {},
    "anything": None,
    "itemCount": 0,
    "runningTasks": [],
}


@asynccontextmanager
async def lying(
    liar: Liar, answer: Callable[[ServerConnection, Request], Response | None] | None = None
) -> AsyncIterator[str]:
    """Serve a liar on loopback; yields its URL."""
    async with serve(liar, "127.0.0.1", 0, process_request=answer) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/ws/{{session}}"


async def says_nothing(connection: ServerConnection) -> None:
    """Accepts and never sends a frame."""
    await connection.wait_closed()


async def closes_at_once(connection: ServerConnection) -> None:
    """Accepts and closes."""
    await connection.close(1011, "no")


async def sends_junk(connection: ServerConnection) -> None:
    """Sends bytes without _BIN_META."""
    await connection.send(b"\x00\x01\x02")
    await connection.wait_closed()


async def sends_no_json(connection: ServerConnection) -> None:
    """Sends text that is not an event."""
    await connection.send("hello")
    await connection.wait_closed()


async def is_another_app(connection: ServerConnection) -> None:
    """Announces a document of its own, and answers nothing."""
    await connection.send('{"type":"_SET:NOTES","data":{"title":""}}')
    await connection.wait_closed()


async def lacks_testee(connection: ServerConnection) -> None:
    """Announces the second document of the testee contract, and not the first."""
    await send(connection, "_SET:SECOND", {"value": 0})
    await connection.wait_closed()


async def announces_nothing(connection: ServerConnection) -> None:
    """Sends a toast, and has no document."""
    await send(connection, "_TOAST", {"type": "info", "message": "hello"})
    await connection.wait_closed()


async def asks_who_is_there(connection: ServerConnection) -> None:
    """Requests identification, as an --auth-url does."""
    await connection.send('{"type":"_REQUEST_USER_SESSION"}')
    await connection.wait_closed()


async def lists_an_unknown_feature(connection: ServerConnection) -> None:
    """Lists a feature that the contract does not have."""
    await announce(connection, ["tasks", "telepathy"])
    await connection.wait_closed()


async def never_answers(connection: ServerConnection) -> None:
    """Announces the testee's documents and then ignores everything."""
    await announce(connection, [])
    await connection.wait_closed()


async def lists_toast_and_has_none(connection: ServerConnection) -> None:
    """Lists the feature `toast`, answers `_GET`, and does nothing else."""
    await announce(connection, ["toast"])
    async for frame in connection:
        type_ = json.loads(frame)["type"]
        if type_ == "_GET:TESTEE":
            await send(connection, "_SET:TESTEE", {**STATE, "features": ["toast"]})
        elif type_ == "_GET:SECOND":
            await send(connection, "_SET:SECOND", {"value": 0})


def dies_with_its_second_action(gone: asyncio.Event) -> Liar:
    """A testee that answers `_GET` and sets `gone` with the second action; the probe sends one."""
    actions = itertools.count(1)

    async def liar(connection: ServerConnection) -> None:
        await announce(connection, [])
        async for frame in connection:
            type_ = json.loads(frame)["type"]
            if type_ == "_GET:SECOND":
                await send(connection, "_SET:SECOND", {"value": 0})
            elif type_ == "_ACTION:TESTEE" and next(actions) == 2:
                gone.set()

    return liar


class Shared:
    """Has one state for all sessions."""

    def __init__(self) -> None:
        self.text = ""

    async def serve(self, connection: ServerConnection) -> None:
        """Serve a connection."""
        await send(connection, "_SET:TESTEE", {**STATE, "text": self.text})
        await send(connection, "_SET:SECOND", {"value": 0})
        async for frame in connection:
            event = json.loads(frame)
            if event["type"] == "_GET:SECOND":
                await send(connection, "_SET:SECOND", {"value": 0})
            elif event["type"] == "_ACTION:TESTEE":
                self.text = event["data"]["value"]
                patch = [{"op": "replace", "path": "/text", "value": self.text}]
                await send(connection, "_PATCH:TESTEE", patch)


async def announce(connection: ServerConnection, features: list[str]) -> None:
    """Send the initial state of the testee."""
    await send(connection, "_SET:TESTEE", {**STATE, "features": features})
    await send(connection, "_SET:SECOND", {"value": 0})


async def send(connection: ServerConnection, type_: str, data: object) -> None:
    """Send an event."""
    await connection.send(json.dumps({"type": type_, "data": data}))
