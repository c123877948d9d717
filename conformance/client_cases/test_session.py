"""Cases for spec/session.md: a client reconnects, identifies itself, and obeys _DISCONNECT."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from conformance.client_mode.backoff_check import grow, is_enough, vary
from conformance.client_mode.client_under_test import KEY, START, ClientUnderTest
from conformance.client_mode.connection import ClientConnection
from conformance.client_mode.listener import Welcome
from conformance.driver import expect
from conformance.protocol.wire import Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


LONGEST = 0.2
"""The longest wait, in seconds, of a testee before its next attempt (testee.md)."""
LONGER = 6
"""The factor by which a wait may exceed the longest wait before it."""


async def cut_in_a_frame(link: ClientConnection) -> None:
    """Lose the connection in the middle of a state."""
    text = Event(f"_SET:{KEY}", {**START, "text": "lost", "items": [1]}).text()
    await link.cut_inside(text, 20)


async def cut_in_a_pair(link: ClientConnection) -> None:
    """Lose the connection between an announcement and its bytes."""
    await link.send("_BIN_META", {"type": f"_ACTION:{KEY}", "metadata": {"type": "x"}})
    await link.cut()


LOSSES: dict[str, Callable[[ClientConnection], Awaitable[object]]] = {
    "normal": lambda link: link.end(1000),
    "going-away": lambda link: link.end(1001),
    "error": lambda link: link.end(1011),
    "restart": lambda link: link.end(1012),
    "policy": lambda link: link.end(1008),
    "application": lambda link: link.end(4400),
    "abrupt": ClientConnection.cut,
    "reset": ClientConnection.reset,
    "in-a-frame": cut_in_a_frame,
    "in-a-pair": cut_in_a_pair,
}


@case("session-reconnect")
@pytest.mark.parametrize("loss", LOSSES)
async def test_client_comes_back_after_each_loss(client: ClientUnderTest, loss: str) -> None:
    await client.set(text="before")
    state = {**client.state, "number": 1}
    await LOSSES[loss](client.connection)
    await client.back(state, requirement="session-reconnect")
    await client.holds(state)
    await client.agrees()


@case("session-reconnect")
@pytest.mark.parametrize("welcome", ["refuse", "drop"])
async def test_client_comes_back_after_handshakes_that_fail(
    client: ClientUnderTest, welcome: Welcome
) -> None:
    client.host.welcome = welcome
    before = len(client.host.arrivals)
    await client.connection.cut()
    came = await client.host.arrived(before + 3, 3 * client.deadline)
    expect.true(came, expected="a further attempt", received="none before the deadline")
    client.host.welcome = "accept"
    await client.back(START, requirement="session-reconnect")
    await client.holds(START)


@case("session-backoff")
async def test_client_waits_longer_and_by_a_random_part(client: ClientUnderTest) -> None:
    rows = [await waited(client) for _ in range(2)]
    if not (grow(rows) and vary(rows)):
        rows.append(await waited(client))
    shown = "; ".join(", ".join(f"{wait:.3f}" for wait in row) for row in rows)
    received = f"waits of {shown} s, in {len(rows)} runs of the client"
    expect.true(
        grow(rows),
        expected="waits that increase with each attempt",
        received=received,
        received_value=rows,
    )
    expect.true(vary(rows), expected="waits with a random part", received=received)


async def waited(client: ClientUnderTest) -> list[float]:
    """Restart the client; return the seconds between its handshakes, each of which is refused."""
    client.demand_program()
    await client.restart()
    await client.at_once(Event(f"_SET:{KEY}", START))
    client.host.welcome = "refuse"
    before = len(client.host.arrivals)
    await client.connection.cut()
    waits: list[float] = []
    patience = client.deadline
    while not is_enough(waits):
        came = await client.host.arrived(before + len(waits) + 2, patience)
        expect.true(
            came,
            requirement="session-reconnect",
            expected="a further attempt",
            received=f"none within {patience:.1f} s, after waits of {waits} s",
        )
        times = [arrival.at for arrival in client.host.arrivals[before:]]
        waits = [later - earlier for earlier, later in pairwise(times)]
        patience = client.deadline + LONGER * max(waits)
    client.host.welcome = "accept"
    await client.back(START, patience=patience)
    return waits


@case("session-disconnect-final")
@pytest.mark.parametrize("closes", [True, False], ids=["closed", "left-open"])
async def test_client_that_was_sent_away_stays_away(client: ClientUnderTest, closes: bool) -> None:
    client.demand_program()
    before = len(client.host.arrivals)
    client.write(Event("_DISCONNECT", "a newer connection has taken over"))
    if closes:
        await client.connection.end(1000)
    came = await client.host.arrived(before + 1, 4 * LONGEST)
    await client.restart()
    expect.true(
        not came,
        expected="a client that does not connect again after _DISCONNECT",
        received="a new connection",
    )


@case("session-identify-answer")
async def test_client_says_who_it_is_and_stays_the_same(client: ClientUnderTest) -> None:
    answers = []
    for _ in range(3):
        await client.connection.cut()
        await client.returned()
        client.write(Event("_REQUEST_USER_SESSION"))
        answer = await client.next("_USER_SESSION", since=0, requirement="session-identify-answer")
        answers.append(answer.event.data)
        await client.at_once(Event(f"_SET:{KEY}", START))
    expect.equal(answers[1:], answers[:1] * 2, "the later identifications of the client")


@case("session-identify-answer")
async def test_client_says_who_it_is_before_anything_that_waits(client: ClientUnderTest) -> None:
    await client.act("assignQuietly", name="text", value="waits")
    await client.connection.cut()
    await client.returned()
    client.write(Event("_REQUEST_USER_SESSION"))
    await client.next("_USER_SESSION", since=0, requirement="session-identify-answer")
    await client.at_once(Event(f"_SET:{KEY}", START))
    await client.agrees()
