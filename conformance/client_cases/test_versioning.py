"""Cases for spec/versioning.md: a client ignores unknown extensions."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import KEY, START, ClientUnderTest
from conformance.driver import expect
from conformance.protocol.wire import Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("versioning-hello-late")
async def test_client_does_not_begin_with_hello(client: ClientUnderTest) -> None:
    await client.connection.cut()
    await client.returned()
    client.write(Event("_REQUEST_USER_SESSION"))
    await client.next("_USER_SESSION", since=0, requirement="session-identify-answer")
    await client.at_once(Event(f"_SET:{KEY}", START))
    expect.equal(client.events("_HELLO")[1:], [], "further _HELLO")


@case("events-unknown-type")
async def test_client_survives_extensions_that_it_does_not_know(client: ClientUnderTest) -> None:
    await client.ignores("_HELLO", {"extensions": ["example.com/unheard-of"]})
