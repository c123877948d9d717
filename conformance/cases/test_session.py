"""Cases for spec/session.md: persistence, takeover, identification."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from conformance.cases.patches import add
from conformance.driver import expect
from conformance.driver.connection import Closing, Connection
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer, wait_some_time
from conformance.errors import ClosedEarly, Kind, Violation
from conformance.protocol.wire import JSON, Event
from conformance.runner.case import case

ENDS: dict[str, Callable[[Connection], Awaitable[None]]] = {
    "close": Connection.close,
    "cut": Connection.cut,
}

NO_IDENTITY: dict[str, str] = {
    "other-event": '{"type":"_GET:TESTEE","data":{}}',
    "no-data": '{"type":"_USER_SESSION"}',
    "data-null": '{"type":"_USER_SESSION","data":null}',
    "no-user": '{"type":"_USER_SESSION","data":{"session":"s"}}',
    "no-session": '{"type":"_USER_SESSION","data":{"user":"u"}}',
    "empty-user": '{"type":"_USER_SESSION","data":{"user":"","session":"s"}}',
    "empty-session": '{"type":"_USER_SESSION","data":{"user":"u","session":""}}',
    "user-number": '{"type":"_USER_SESSION","data":{"user":5,"session":"s"}}',
    "user-array": '{"type":"_USER_SESSION","data":{"user":["u"],"session":"s"}}',
    "user-object": '{"type":"_USER_SESSION","data":{"user":{},"session":"s"}}',
    "session-null": '{"type":"_USER_SESSION","data":{"user":"u","session":null}}',
    "malformed": '{"type":"_USER_SESSION"',
    "no-object": "[]",
    "no-type": '{"data":{"user":"u","session":"s"}}',
}


# Persistence

RACES = 6
"""The number of races in one case."""


@case("session-persistent")
@pytest.mark.parametrize("end", ENDS)
async def test_state_outlives_the_connection(dialogue: Dialogue, peer: Peer, end: str) -> None:
    await peer.action("assignMany", values={"text": "kept", "items": [1, {"a": None}]})
    await peer.set({"flag": True})
    before = await peer.get()
    await ENDS[end](peer.connection)
    again = await dialogue.reconnect(peer)
    expect.equal(
        again.mirror(), before, "the initial state on the new connection", kind=Kind.INITIAL_STATE
    )


@case("session-persistent")
async def test_session_is_served_after_many_losses(dialogue: Dialogue, peer: Peer) -> None:
    for number in range(1, 11):
        await peer.assign("number", number)
        await peer.fence()
        await (peer.connection.cut() if number % 2 else peer.connection.close())
        peer = await dialogue.reconnect(peer)
        expect.equal(
            peer.mirror()["number"], number, "number in the initial state", kind=Kind.INITIAL_STATE
        )


@case("session-resumes")
async def test_changes_made_while_nobody_is_connected_are_in_the_initial_state(
    dialogue: Dialogue, peer: Peer
) -> None:
    clock = await dialogue.open_other_session()
    await peer.action("assignLater", name="text", value="meanwhile", afterMs=100)
    await peer.fence()
    await peer.connection.cut()
    await wait_some_time(clock, 140)
    again = await dialogue.reconnect(peer)
    expect.equal(
        again.mirror()["text"], "meanwhile", "text in the initial state", kind=Kind.INITIAL_STATE
    )
    await again.in_sync()


@case("session-resumes")
async def test_quiet_changes_are_in_the_initial_state(dialogue: Dialogue, peer: Peer) -> None:
    await peer.action("assignQuietly", name="text", value="quiet")
    await peer.fence()
    await peer.connection.cut()
    again = await dialogue.reconnect(peer)
    expect.equal(
        again.mirror()["text"], "quiet", "text in the initial state", kind=Kind.INITIAL_STATE
    )


@case("session-half-written")
async def test_frame_that_was_cut_off_has_no_effect(dialogue: Dialogue, peer: Peer) -> None:
    before = await peer.get()
    data = {"type": "assign", "name": "text", "value": "lost" * 20}
    await peer.connection.cut_inside(Event("_ACTION:TESTEE", data).text(), 15)
    again = await dialogue.reconnect(peer)
    expect.equal(await again.get(), before, "the state")


@case("session-half-written")
async def test_message_that_was_not_finished_has_no_effect(dialogue: Dialogue, peer: Peer) -> None:
    before = await peer.get()
    data = {"type": "assign", "name": "text", "value": "lost"}
    await peer.connection.cut_between_fragments(Event("_ACTION:TESTEE", data).text())
    again = await dialogue.reconnect(peer)
    expect.equal(await again.get(), before, "the state")


@case("session-apart")
async def test_sessions_share_no_state(dialogue: Dialogue, peer: Peer) -> None:
    other = await dialogue.open_other_session()
    before, mark = [await other.get(), await other.get("SECOND")], other.mark()
    await peer.assign("value", 5, key="SECOND")
    await peer.fence("SECOND")
    await peer.action("assignMany", values={"text": "mine", "items": [1], "table": {"a": 1}})
    await peer.patch(add("/items/-", 2))
    await peer.fence()
    await other.fence()
    expect.equal(other.types(mark), ["_SET:SECOND"], "the other session's events")
    after = [await other.get(), await other.get("SECOND")]
    expect.equal(after, before, "the other session's states of TESTEE and SECOND")


@case("session-apart", needs="toast", after="notices/toast-arrives-with-its-level[info]")
async def test_sessions_share_no_notices(dialogue: Dialogue, peer: Peer) -> None:
    other = await dialogue.open_other_session()
    await peer.action("notify", message="for one", level="info")
    await peer.next("_TOAST", since=0, requirement="notices-toast")
    await other.fence()
    expect.equal(other.events("_TOAST"), [], "the other session's toasts")


@case("session-apart", needs="tasks")
async def test_sessions_share_no_tasks(dialogue: Dialogue, peer: Peer) -> None:
    other = await dialogue.open_other_session()
    await peer.start("wait")
    await peer.until(
        lambda state: state["runningTasks"] == ["wait"],
        "the running task",
        requirement="tasks-start",
    )
    await other.cancel("wait")
    await other.fence()
    expect.equal((await peer.get())["runningTasks"], ["wait"], "the running tasks")


# Takeover


@case("session-takeover")
async def test_takeover_leaves_the_newer_connection_open(dialogue: Dialogue, peer: Peer) -> None:
    await peer.assign("text", "by the older")
    await peer.fence()
    newer = await dialogue.take_over(peer)
    await dialogue.replaced(peer)
    await newer.alive()
    await newer.assign("number", 5)
    state = await newer.in_sync(requirement="state-converges")
    expect.equal([state["text"], state["number"]], ["by the older", 5], "text and number")


@case("session-takeover")
async def test_last_of_many_takeovers_is_served(dialogue: Dialogue, peer: Peer) -> None:
    for number in range(1, 6):
        older, peer = peer, await dialogue.take_over(peer)
        await dialogue.replaced(older)
        await peer.alive()
        await peer.assign("number", number)
        expect.equal((await peer.get())["number"], number, "the attribute number")


@case("session-takeover", needs="tasks")
async def test_takeover_while_a_task_syncs(dialogue: Dialogue, peer: Peer) -> None:
    await peer.start("count", steps=100_000, intervalMs=1)
    newer = await dialogue.take_over(peer)
    await newer.alive()
    await newer.cancel("count")
    await newer.until(lambda state: not state["runningTasks"], "no running task")
    await newer.in_sync(requirement="state-converges")


@case("session-takeover-disconnect")
async def test_older_connection_is_told_and_closed(dialogue: Dialogue, peer: Peer) -> None:
    await dialogue.take_over(peer)
    await peer.next("_DISCONNECT", since=0)
    await peer.closed()
    expect.equal(peer.types()[-1], "_DISCONNECT", "the last event on the older connection")


@case("session-disconnect-text")
async def test_disconnect_has_a_text(dialogue: Dialogue, peer: Peer) -> None:
    await dialogue.take_over(peer)
    event = (await peer.next("_DISCONNECT", since=0)).event
    expect.true(
        isinstance(event.data, str) and event.data.strip(),
        expected="a string as data of _DISCONNECT",
        received=repr(event.data),
    )


@case("session-takeover-prompt")
@pytest.mark.parametrize("pending", [0, 12], ids=["silent", "with-megabytes-unread"])
async def test_takeover_does_not_wait_for_a_stalled_client(
    dialogue: Dialogue, peer: Peer, pending: int
) -> None:
    await peer.assign("anything", "x" * 900_000)
    await peer.fence()
    peer.connection.stall()
    for _ in range(pending):
        await peer.send("_GET:TESTEE", {})
    if pending:  # until the answers fill the buffers between server and client
        await wait_some_time(await dialogue.open_other_session())
    newer = await dialogue.take_over(peer)  # its initial state has arrived
    expect.equal(newer.mirror()["anything"], "x" * 900_000, "its attribute anything")


@case("session-takeover-deaf")
async def test_older_connection_can_change_nothing(dialogue: Dialogue, peer: Peer) -> None:
    newer = await dialogue.take_over(peer)
    await peer.next("_DISCONNECT", since=0, requirement="session-takeover-disconnect")
    with suppress(ClosedEarly):  # it may be closed already
        await peer.assign("text", "lost")
    await peer.closed()
    state = await (await dialogue.resume(newer)).get()
    expect.equal(state["text"], "", "the attribute text")


@case("session-takeover-deaf")
async def test_older_connection_that_does_not_close_can_change_nothing(
    dialogue: Dialogue, peer: Peer
) -> None:
    peer.connection.stall()  # it reads neither _DISCONNECT nor the close frame
    newer = await dialogue.take_over(peer)
    await peer.assign("text", "lost")
    newer = await dialogue.resume(newer)
    await wait_some_time(newer)
    expect.equal((await newer.get())["text"], "", "the attribute text")


@case("session-simultaneous")
async def test_one_of_simultaneous_connections_is_served(dialogue: Dialogue, peer: Peer) -> None:
    for number in range(RACES):  # a server with a race may pass once
        survivor = await dialogue.race(peer.session, 5)
        await survivor.assign("number", number)
        expect.equal((await survivor.in_sync())["number"], number, "the attribute number")


# Identification


def new_identity() -> tuple[str, str]:
    """A user and a session that no other case uses."""
    return f"user-{secrets.token_hex(4)}", f"session-{secrets.token_hex(4)}"


async def wait_refused(connection: Connection, requirement: str | None = None) -> Closing:
    """Wait until the server closes a connection without a valid identification.

    Args:
        connection: The connection on which the identification was sent.
        requirement: The requirement that the server breaks otherwise; None for that of the case.

    Raises:
        Violation: It sends anything after its question, or does not close.
    """
    try:
        found = await connection.wait(
            lambda received: received.event.type != "_REQUEST_USER_SESSION",
            "that the server closes the connection",
            since=0,
            requirement=requirement or "session-identify-refuse",
        )
    except ClosedEarly:
        return await connection.wait_closed()
    raise Violation(
        requirement=requirement,
        expected="that the server closes the connection and sends nothing else",
        received=f"the event {found.event.type}",
    )


@case("session-identify-request", needs="user-session")
async def test_identification_leads_to_the_state(dialogue: Dialogue) -> None:
    await dialogue.identify(*new_identity())


@case("session-identify-request", needs="user-session")
async def test_identification_is_asked_for_first(dialogue: Dialogue) -> None:
    peer = await dialogue.identify(*new_identity())
    expect.equal(peer.types()[0], "_REQUEST_USER_SESSION", "the first event")
    await peer.in_sync()


@case("session-identify-first", needs="user-session")
@pytest.mark.parametrize("text", NO_IDENTITY.values(), ids=NO_IDENTITY)
async def test_no_state_without_identification(dialogue: Dialogue, text: str) -> None:
    connection = await dialogue.connect_auth()
    await connection.send_text(text)
    await wait_refused(connection)


@case("session-identify-refuse", needs="user-session")
@pytest.mark.parametrize("text", NO_IDENTITY.values(), ids=NO_IDENTITY)
async def test_bad_identification_is_closed(dialogue: Dialogue, text: str) -> None:
    connection = await dialogue.connect_auth()
    await connection.send_text(text)
    await wait_refused(connection)


@case("session-identify-refuse", needs="user-session")
async def test_bytes_are_no_identification(dialogue: Dialogue) -> None:
    connection = await dialogue.connect_auth()
    await connection.send_bytes(b'{"type":"_USER_SESSION","data":{"user":"u","session":"s"}}')
    await wait_refused(connection)


@case("connection-close-code", needs="user-session")
@pytest.mark.parametrize("text", NO_IDENTITY.values(), ids=NO_IDENTITY)
async def test_refused_identification_is_not_closed_with_1000(
    dialogue: Dialogue, text: str
) -> None:
    connection = await dialogue.connect_auth()
    await connection.send_text(text)
    closing = await wait_refused(connection, "session-identify-refuse")
    expect.true(
        closing.code not in (1000, 1006),
        expected="a close frame with a code other than 1000",
        received=str(closing),
    )


@case("session-identify-pair", needs="user-session")
async def test_same_pair_gets_the_same_session(dialogue: Dialogue) -> None:
    user, session = new_identity()
    peer = await dialogue.identify(user, session)
    await peer.assign("text", "kept")
    await peer.fence()
    await peer.connection.close()
    again = await dialogue.identify(user, session)
    expect.equal(
        again.mirror()["text"], "kept", "text in the initial state", kind=Kind.INITIAL_STATE
    )


@case("session-identify-pair", needs="user-session")
@pytest.mark.parametrize("differs", ["user", "session", "swapped", "joined", "shifted"])
async def test_other_pair_gets_another_session(dialogue: Dialogue, differs: str) -> None:
    user, session = new_identity()
    pair: dict[str, JSON] = {
        "user": (user + "x", session),
        "session": (user, session + "x"),
        "swapped": (session, user),
        "shifted": (user + session[0], session[1:]),
        "joined": (f"{user}/{session}", "t"),  # a pair that is joined with a slash is the same
    }
    first = f"{session}/t" if differs == "joined" else session
    peer = await dialogue.identify(user, first)
    await peer.assign("text", "mine")
    await peer.fence()
    other = await dialogue.identify(*pair[differs])
    expect.equal(
        other.mirror()["text"],
        "",
        "text in the other session's initial state",
        kind=Kind.INITIAL_STATE,
    )
    await peer.alive("session-apart")


@case("session-identify-survives", needs="user-session")
async def test_refused_identification_leaves_the_session_alone(dialogue: Dialogue) -> None:
    user, session = new_identity()
    peer = await dialogue.identify(user, session)
    intruder = await dialogue.connect_auth()
    await intruder.send("_USER_SESSION", {"user": user})
    await wait_refused(intruder, "session-identify-refuse")
    await peer.alive("session-identify-survives")
    await peer.assign("text", "still mine")
    expect.equal((await peer.in_sync())["text"], "still mine", "the attribute text")
