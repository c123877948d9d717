"""A client under test (spec/testee.md) on `ws_sync.client`: `testee.py URL`.

It runs until the server sends it away, or it is stopped.
"""

import asyncio
import base64
import hashlib
import logging
import sys

from ws_sync._core.json.codec import JSON
from ws_sync._core.json.patch import apply
from ws_sync.client import Backoff, Client

KEY = "TESTEE"
FIRST, LIMIT = 0.02, 0.18  # seconds; the contract allows 0.2


def build(url: str) -> Client:
    """Make the client with all its actions."""
    client = Client(url, backoff=Backoff(FIRST, LIMIT))
    add_editing(client)
    add_sending(client)
    add_recording(client)
    return client


def add_editing(client: Client) -> None:
    """Add the actions that edit the client's copy."""

    @client.action(KEY, "assign")
    async def assign(name: str, value: JSON) -> None:
        async with client.edit(KEY) as state:
            state[name] = value

    @client.action(KEY, "assignQuietly")
    async def assign_quietly(name: str, value: JSON) -> None:
        async with client.edit(KEY, send=False) as state:
            state[name] = value

    @client.action(KEY, "edit")
    async def edit(operations: JSON) -> None:
        edited = apply(client.state(KEY), operations)
        async with client.edit(KEY) as state:
            state.clear()
            state.update(edited)


def add_sending(client: Client) -> None:
    """Add the actions that send events."""

    @client.action(KEY, "publish")
    async def publish() -> None:
        await client.publish(KEY)

    @client.action(KEY, "fetchState")
    async def fetch_state() -> None:
        await client.fetch(KEY, wait=None)

    @client.action(KEY, "sendState")
    async def send_state() -> None:
        await client.send_state(KEY)

    @client.action(KEY, "call")
    async def call(name: str, arguments: dict[str, JSON]) -> None:
        await client.call(KEY, name, **arguments)

    @client.action(KEY, "startTask")
    async def start_task(name: str, arguments: dict[str, JSON]) -> None:
        await client.start(KEY, name, **arguments)

    @client.action(KEY, "cancelTask")
    async def cancel_task(name: str, arguments: dict[str, JSON]) -> None:
        await client.cancel(KEY, name, **arguments)

    @client.action(KEY, "sendBytes")
    async def send_bytes(name: str, metadata: dict[str, JSON], content: str) -> None:
        await client.send_bytes(KEY, name, base64.b64decode(content), **metadata)


def add_recording(client: Client) -> None:
    """Add the handlers that record in the copy what arrived."""

    async def record(what: str, data: JSON) -> None:
        async with client.edit(KEY, send=False) as state:
            state["anything"] = {what: data}

    @client.action(KEY)
    async def other(data: dict[str, JSON]) -> None:
        content = data.get("data")
        if isinstance(content, bytes):
            metadata = {name: value for name, value in data.items() if name != "data"}
            await record("bytes", {"metadata": metadata, **measured(content)})
        else:
            await record("action", data)

    @client.on_toast
    async def toast(message: JSON, level: JSON) -> None:
        await record("toast", {"message": message, "type": level})

    @client.on_download
    async def download(filename: JSON, content: bytes) -> None:
        await record("file", {"filename": filename, **measured(content)})


def measured(content: bytes) -> dict[str, JSON]:
    """What the state tells of bytes."""
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


async def run(url: str) -> None:
    """Serve as a client until the server has sent it away."""
    async with build(url) as client:
        await client.stopped()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(run(sys.argv[1]))
