"""Cases for spec/transport.md: bytes one at a time, and servers that are silent."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import KEY, START, ClientUnderTest, call
from conformance.driver import expect
from conformance.protocol.wire import Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("transport-segments")
async def test_client_reads_an_event_that_arrives_byte_by_byte(guest: ClientUnderTest) -> None:
    wanted = {**START, "text": "f\u00fcr \U0001f600"}
    for byte in guest.connection.frame(Event(f"_SET:{KEY}", wanted).text()):
        await guest.connection.write(bytes([byte]))
    await guest.fence()
    await guest.holds(wanted)


@case("session-reconnect")
async def test_client_survives_a_server_that_says_nothing_for_a_while(
    guest: ClientUnderTest,
) -> None:
    await guest.connection.cut()
    await guest.returned()
    guest.write(call("assignQuietly", name="text", value="early"))
    await guest.fence()  # it is connected, and has no state on this connection
    await guest.at_once(Event(f"_SET:{KEY}", {**START, "number": 1}))
    await guest.agrees()


@case("session-reconnect")
async def test_client_goes_on_when_what_it_asks_for_does_not_come(guest: ClientUnderTest) -> None:
    guest.answers = False
    await guest.illegal(f"_PATCH:{KEY}", [{"op": "remove", "path": "/items/9"}])
    await guest.act("fetchState")
    since = await guest.act("call", name="still", arguments={})
    expect.true(
        {"type": "still"} in guest.events(f"_ACTION:{KEY}", since),
        expected="that the client goes on while it waits for a state",
        received="nothing",
    )
    await guest.connection.cut()
    guest.answers = True
    await guest.back({**START, "number": 5}, requirement="session-reconnect")
    await guest.holds(number=5)


@case("session-reconnect")
async def test_client_comes_back_after_many_losses(guest: ClientUnderTest) -> None:
    for number in range(5):
        await guest.connection.cut()
        await guest.back({**START, "number": number}, requirement="session-reconnect")
    await guest.holds(number=4)
    await guest.assign("text", "after all")
    await guest.agrees()
