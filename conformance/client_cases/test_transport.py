"""Cases for spec/transport.md: single bytes, and servers that do not answer."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import KEY, START, ClientUnderTest, call
from conformance.driver import expect
from conformance.protocol.wire import Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("transport-segments")
async def test_client_reads_an_event_that_arrives_byte_by_byte(client: ClientUnderTest) -> None:
    wanted = {**START, "text": "f\u00fcr \U0001f600"}
    for byte in client.connection.frame(Event(f"_SET:{KEY}", wanted).text()):
        await client.connection.write(bytes([byte]))
    await client.fence()
    await client.holds(wanted)


@case("session-reconnect")
async def test_client_survives_a_server_that_says_nothing_for_a_while(
    client: ClientUnderTest,
) -> None:
    await client.connection.cut()
    await client.returned()
    client.write(call("assignQuietly", name="text", value="early"))
    await client.fence()  # it is connected, but has no state on this connection
    await client.at_once(Event(f"_SET:{KEY}", {**START, "number": 1}))
    await client.agrees()


@case("session-reconnect")
async def test_client_goes_on_when_what_it_asks_for_does_not_come(client: ClientUnderTest) -> None:
    client.answers = False
    await client.illegal(f"_PATCH:{KEY}", [{"op": "remove", "path": "/items/9"}])
    await client.act("fetchState")
    since = await client.act("call", name="still", arguments={})
    expect.true(
        {"type": "still"} in client.events(f"_ACTION:{KEY}", since),
        expected="that the client handles events while it waits for a state",
        received="nothing",
    )
    await client.connection.cut()
    client.answers = True
    await client.back({**START, "number": 5}, requirement="session-reconnect")
    await client.holds(number=5)


@case("session-reconnect")
async def test_client_comes_back_after_many_losses(client: ClientUnderTest) -> None:
    for number in range(5):
        await client.connection.cut()
        await client.back({**START, "number": number}, requirement="session-reconnect")
    await client.holds(number=4)
    await client.assign("text", "after all")
    await client.agrees()
