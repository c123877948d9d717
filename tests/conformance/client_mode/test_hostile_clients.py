"""The kit against clients that send without end or too late, do not read, or do not shake hands."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from socket import create_connection

import pytest
from websockets.asyncio.client import ClientConnection, connect

from conformance.client_mode.capabilities import lacking
from conformance.client_mode.client_under_test import KEY, START, ClientUnderTest
from conformance.client_mode.listener import HANDSHAKE, Host
from conformance.driver.raw_socket import frame
from conformance.driver.target import Target
from conformance.errors import Violation
from conformance.protocol.wire import Event
from tests.deadlines import DEADLINE

pytestmark = pytest.mark.io


def port_of(host: Host) -> int:
    """The port on which a host listens."""
    assert host._server is not None
    port: int = next(iter(host._server.sockets)).getsockname()[1]
    return port


@asynccontextmanager
async def judged() -> AsyncIterator[tuple[ClientUnderTest, ClientConnection]]:
    """The client as cases see it, and its socket, under the control of the test."""
    host = Host("127.0.0.1", 0, DEADLINE)
    await host.start()
    url = f"ws://127.0.0.1:{port_of(host)}"
    client = ClientUnderTest(host, Target(url), None)
    try:
        async with asyncio.timeout(2 * DEADLINE), connect(url, max_size=None) as socket:
            await client.returned()
            client.write(Event(f"_SET:{KEY}", START))
            yield client, socket
            socket.transport.abort()
    finally:
        await host.stop()


async def test_frame_without_end_is_not_waited_for() -> None:
    async with judged() as (client, socket):
        socket.transport.write(frame(b"[", claims=1 << 40))
        with pytest.raises(Violation, match="a frame of more than 128 MiB"):
            await client.fence()


async def test_client_that_asks_and_does_not_read_is_given_up() -> None:
    async with judged() as (client, socket):
        client.write(Event(f"_SET:{KEY}", {**START, "text": "x" * (8 << 20)}))
        socket.transport.pause_reading()
        for _ in range(100):
            socket.transport.write(frame(b'{"type":"_GET:TESTEE","data":{}}'))
        with pytest.raises(Violation, match="leaves more than 128 MiB unread"):
            await client.fence()
        await client.connection.until_ended()


async def test_client_that_answers_a_fence_too_early_lacks_nothing() -> None:
    async with judged() as (client, socket):
        asking = asyncio.create_task(lacking(client))
        answering = asyncio.create_task(send_after_the_next_fence(socket))
        assert await asking == []
        answering.cancel()


async def send_after_the_next_fence(socket: ClientConnection) -> None:
    """Answer each fence at once, and send what an action sends only before the next answer."""
    called: list[str] = []
    due: list[str] = []
    async for text in socket:
        event = json.loads(text)
        if event["type"] != f"_ACTION:{KEY}":
            continue
        if event["data"]["type"] != "call":
            called.append(Event(f"_ACTION:{KEY}", {"type": "late"}).text())
            continue
        for late in due:
            await socket.send(late)
        await socket.send(Event(f"_ACTION:{KEY}", {"type": event["data"]["name"]}).text())
        called, due = [], called


@pytest.mark.parametrize("rounds", [*range(8), 100])
def test_connection_in_its_handshake_ends_with_the_host(rounds: int) -> None:
    """A connection that is left open fails the test by a ResourceWarning."""

    async def stop_with_a_connection() -> None:
        host = Host("127.0.0.1", 0, DEADLINE)
        await host.start()
        with create_connection(("127.0.0.1", port_of(host))) as client:
            client.settimeout(DEADLINE)
            for _ in range(rounds):
                await asyncio.sleep(0)
            async with asyncio.timeout(HANDSHAKE / 2):  # what it would wait for a handshake
                await host.stop()
            with suppress(ConnectionResetError):
                assert client.recv(1) == b""

    asyncio.run(stop_with_a_connection())
    gc.collect()
