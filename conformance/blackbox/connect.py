"""Connects clients: to a new session, to an existing one, or as a replacement of another client."""

from __future__ import annotations

from contextlib import suppress

from conformance.blackbox.client import BlackBoxClient
from conformance.blackbox.differences import ROUNDS
from conformance.driver.dialogue import Dialogue
from conformance.driver.target import Target
from conformance.errors import ClosedEarly, NotTestable, Silence


async def arrive(dialogue: Dialogue, session: str | None = None) -> BlackBoxClient:
    """Open a connection to a new session or to a given one, and wait for its initial state.

    All other connections are closed before, so that a faulty takeover does not fail every case.
    """
    for connection in dialogue.connections:
        if connection.closing is None:
            await connection.close()
    return await _enter(dialogue, session, "connection-initial-state")


async def beside(dialogue: Dialogue, older: BlackBoxClient) -> BlackBoxClient:
    """Open a connection to the session of another connection, which stays open."""
    try:
        return await _enter(dialogue, older.session, "session-takeover")
    except ClosedEarly as error:
        error.requirement = "session-takeover"
        raise


async def _enter(dialogue: Dialogue, session: str | None, requirement: str) -> BlackBoxClient:
    target = dialogue.target
    fresh = session is None
    session = session or target.new_session()
    url = target.session_url(session)
    connection = await dialogue.connect(url, "connection-accept" if fresh else requirement)
    client = BlackBoxClient(connection, session, target)
    first = await connection.wait(
        lambda received: received.event.name == "_SET",
        "the initial state of a document, unasked",
        since=0,
        requirement=requirement,
    )
    await client.ask(first.event.key or "")
    await _wait_for_announced(client, target)
    if fresh and target.testee and not target.has_sessions:
        await client.action("reset")
        await client.fence()
    return client


async def _wait_for_announced(client: BlackBoxClient, target: Target) -> None:
    """Wait for the documents that the probe received; some may be gone since."""

    def keys() -> tuple[str, ...]:
        events = (received.event for received in client.connection.received)
        return tuple(dict.fromkeys(e.key for e in events if e.name == "_SET" and e.key is not None))

    expected = set(target.application.announced) - target.application.gone
    with suppress(Silence):
        await client.connection.wait(
            lambda _: expected <= set(keys()), "", since=0, requirement=None
        )
    target.application.gone |= expected - set(keys())
    client.keys = keys()


async def same_session(dialogue: Dialogue) -> None:
    """Demand that connections to one URL share a session.

    Raises:
        NotTestable: They do not, which breaks no requirement.
    """
    application = dialogue.target.application
    if application.shared is None:
        older = await arrive(dialogue)
        try:
            newer = await beside(dialogue, older)
            application.shared = not await served_side_by_side(older, newer)
        except ClosedEarly:  # a faulty takeover is a takeover
            application.shared = older.connection.closing is not None
    if not application.shared:
        raise NotTestable(
            "connections to one URL that share a session",
            "needs connections to one URL that share a session: here an older one is served "
            "next to the newer one",
        )


async def arrive_to_be_replaced(dialogue: Dialogue) -> BlackBoxClient:
    """Open a connection that a newer one can replace.

    Raises:
        NotTestable: The URL has no `{session}`, and connections to it share no session.
    """
    if not dialogue.target.has_sessions:
        await same_session(dialogue)
    return await arrive(dialogue)


async def survivor(dialogue: Dialogue, client: BlackBoxClient) -> BlackBoxClient:
    """Wait until the server has handled everything; return this client, or one that reconnected.

    Raises:
        NotTestable: The connection was closed, and its session can't be reached again.
    """
    try:
        await client.fence()
    except ClosedEarly:
        if not dialogue.target.has_sessions:
            await same_session(dialogue)
        return await arrive(dialogue, client.session)
    return client


async def served_side_by_side(older: BlackBoxClient, newer: BlackBoxClient) -> bool:
    """Whether two connections are both served repeatedly, as those of two sessions are."""
    for _ in range(ROUNDS):
        try:
            await older.fence()
        except (ClosedEarly, Silence):
            return False
        await newer.fence()
    return True
