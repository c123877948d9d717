"""Cases for spec/transport.md: connections that are lost, stalled or broken, and crowds of them.

In each of them another session is served meanwhile, and that of the faulty client afterwards.
"""

from __future__ import annotations

import asyncio
import string
import time
from contextlib import suppress

import pytest
from websockets.frames import Opcode

from conformance import expect
from conformance.case import case
from conformance.expect import ClosedEarly, Silence, Violation
from conformance.faults import (
    Bystander,
    deep_values,
    going_on,
    intact,
    largest,
    offered,
    sole_survivor,
)
from conformance.figures import Figure
from conformance.peer import Dialogue, Peer
from conformance.raw import fragments, frame
from conformance.wire import JSON, Event

MEBIBYTE = 1 << 20
FRAMES = [MEBIBYTE << power for power in range(6)]  # up to 32 MiB
LIES = [1 << 40, 1 << 62, (1 << 64) - 1]
VALUE_LEVELS = [64 << power for power in range(5)]  # up to 1,024, which both sides can send back
FRAME_LEVELS = [*(64 << power for power in range(11)), 100_000]
OPERATIONS = (10_000, 5_000, 2_000, 1_000)
CROWD = 200
BATCH = 20
"""So many connections are opened at the same time: a deadline holds for each."""
RIVALS = 50
IDLE = 50
PENDING = [letter * 900_000 for letter in string.ascii_lowercase[:12]]
"""Values that together are more than what lies between a server and its client can hold."""


def assigning(value: JSON, name: str = "text") -> str:
    """The frame of an `assign`."""
    return Event("_ACTION:TESTEE", {"type": "assign", "name": name, "value": value}).text()


ASSIGN_LOST = assigning("lost").encode()

BROKEN = {
    "without-mask": frame(ASSIGN_LOST, masked=False),
    "first-reserved-bit": frame(ASSIGN_LOST, reserved=4),
    "second-reserved-bit": frame(ASSIGN_LOST, reserved=2),
    "third-reserved-bit": frame(ASSIGN_LOST, reserved=1),
    "reserved-data-opcode": frame(ASSIGN_LOST, 3),
    "reserved-control-opcode": frame(ASSIGN_LOST, 11),
    "ping-in-fragments": frame(ASSIGN_LOST, Opcode.PING, fin=False),
    "ping-of-200-bytes": frame(ASSIGN_LOST.ljust(200), Opcode.PING),
    "close-of-one-byte": frame(b"\x03", Opcode.CLOSE),
    "close-of-200-bytes": frame(b"\x03\xe8" + b"x" * 198, Opcode.CLOSE),
    "close-with-a-reserved-code": frame(b"\x03\xed", Opcode.CLOSE),
    "continuation-of-nothing": frame(ASSIGN_LOST, Opcode.CONT),
    "message-inside-a-message": frame(b'{"type":', fin=False) + frame(ASSIGN_LOST),
    "byte-that-is-no-utf-8": frame(ASSIGN_LOST.replace(b"lost", b"lo\xffst")),
    "overlong-utf-8": frame(ASSIGN_LOST.replace(b"lost", b"lo\xc0\xafst")),
    "surrogate-in-utf-8": frame(ASSIGN_LOST.replace(b"lost", b"lo\xed\xa0\x80st")),
    "half-a-character": frame(ASSIGN_LOST.replace(b"lost", b"lo\xf0\x9f\x98st")),
}
"""Bytes that no client may send; most hold an event that is lost, and must not be found."""

CUT = {
    "in-its-header": frame(ASSIGN_LOST)[:1],
    "in-its-mask": frame(ASSIGN_LOST)[:4],
    "in-its-payload": frame(ASSIGN_LOST)[:-1],
    "between-fragments": fragments(ASSIGN_LOST, 20)[0] + frame(ASSIGN_LOST[20:], 0, fin=False),
}


@pytest.fixture
async def bystander(dialogue: Dialogue) -> Bystander:
    """A client of another session.

    Raises:
        NotTestable: The URL names one session for all.
    """
    return Bystander(await dialogue.open_other_session())


async def keep(peer: Peer) -> None:
    """Give the session a state that can be recognised."""
    await peer.assign("text", "kept")
    await peer.fence()


# Loss


@case("transport-any-end")
async def test_reset_of_a_silent_connection(
    dialogue: Dialogue, peer: Peer, bystander: Bystander
) -> None:
    await keep(peer)
    await peer.connection.reset()
    await bystander.served()
    state = await intact(dialogue, peer, bystander)
    expect.equal(state["text"], "kept", "text", requirement="session-persistent")


@case("session-half-written")
@pytest.mark.parametrize("written", CUT.values(), ids=CUT)
async def test_reset_inside_a_frame(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, written: bytes
) -> None:
    await keep(peer)
    peer.connection.write(written, f"(cut off) {assigning('lost')}")
    await bystander.served()
    await peer.connection.reset()
    await bystander.served()
    state = await intact(dialogue, peer, bystander)
    expect.equal(state["text"], "kept", "text")


@case("transport-any-end")
async def test_reset_right_behind_an_action(
    dialogue: Dialogue, peer: Peer, bystander: Bystander
) -> None:
    await keep(peer)
    await peer.assign("text", "sent")
    await peer.connection.reset()
    await bystander.served()
    state = await intact(dialogue, peer, bystander)
    expect.true(
        state["text"] in ("kept", "sent"),
        expected="text as before the action, or as after it",
        received=expect.text(state["text"]),
    )


@case("transport-any-end")
async def test_reset_while_the_server_sends(
    dialogue: Dialogue, peer: Peer, bystander: Bystander
) -> None:
    await keep(peer)
    await peer.assign("anything", PENDING[0])
    await peer.fence()
    peer.connection.stall()
    await peer.connection.send_at_once(*[Event("_GET:TESTEE", {}).text()] * len(PENDING))
    await bystander.served("security-slow-reader")
    await peer.connection.reset()
    await bystander.served()
    state = await intact(dialogue, peer, bystander)
    expect.equal(state["text"], "kept", "text", requirement="session-persistent")


# Clients that do not read


@case("session-takeover-prompt")
async def test_half_open_connection_is_replaced(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, figures: list[Figure]
) -> None:
    await keep(peer)
    peer.connection.stall()  # it answers no ping, and its socket stays open
    await bystander.served("security-slow-reader")
    began = time.perf_counter()
    newer = await dialogue.take_over(peer)
    waited = time.perf_counter() - began
    figures.append(Figure("takeover of a half-open session", waited, "seconds"))
    expect.equal(newer.mirror()["text"], "kept", "text", requirement="session-resumes")
    await intact(dialogue, newer, bystander)


async def stalled(peer: Peer, bystander: Bystander) -> float:
    """Let a client stop reading, and have more sent to it than the network holds.

    Returns:
        How long another session has waited at most, in seconds.
    """
    peer.connection.stall()
    await peer.connection.send_at_once(*map(assigning, PENDING))
    peer.connection.stimulate()
    longest = 0.0
    for _ in range(2 * len(PENDING)):
        began = time.perf_counter()
        await bystander.served("security-slow-reader")
        longest = max(longest, time.perf_counter() - began)
    return longest


def one_of_pending(state: JSON) -> None:
    """Demand a state that the actions have led to, or some of them."""
    expect.true(
        state["text"] in ("", *PENDING),
        expected="one of the values that were assigned, whole",
        received=expect.text(state["text"]),
        requirement="session-resumes",
    )


@case("security-slow-reader")
async def test_client_that_does_not_read_holds_up_no_other(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, figures: list[Figure]
) -> None:
    longest = await stalled(peer, bystander)
    figures.append(Figure("longest wait beside a stalled client", longest, "seconds"))
    one_of_pending(await intact(dialogue, peer, bystander))


@case("session-takeover-prompt")
async def test_stalled_connection_is_replaced(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, figures: list[Figure]
) -> None:
    await stalled(peer, bystander)
    began = time.perf_counter()
    newer = await dialogue.take_over(peer)
    waited = time.perf_counter() - began
    figures.append(Figure("takeover of a stalled session", waited, "seconds"))
    one_of_pending(newer.mirror())
    one_of_pending(await intact(dialogue, newer, bystander))


# Segments and fragments


@case("transport-segments")
async def test_event_that_arrives_byte_by_byte(
    dialogue: Dialogue, peer: Peer, bystander: Bystander
) -> None:
    text = assigning("Grüße, 世界 😀")
    peer.connection.write(b"", f"(byte by byte) {text}")
    for byte in frame(text.encode()):
        peer.connection.write(bytes([byte]))
        await bystander.fence()  # so that the server has seen it alone
    expect.equal((await peer.in_sync())["text"], "Grüße, 世界 😀", "text")
    await intact(dialogue, peer, bystander)


@case("transport-segments")
async def test_handshake_that_arrives_byte_by_byte(
    dialogue: Dialogue, bystander: Bystander
) -> None:
    session = dialogue.target.new_session()
    line = await dialogue.line(dialogue.target.session_url(session))
    for byte in line.handshake():
        await line.write(bytes([byte]))
        await bystander.fence()
    peer = await dialogue.upgrade(line, session)
    await peer.assign("text", "arrived")
    expect.equal((await peer.in_sync())["text"], "arrived", "text")
    await intact(dialogue, peer, bystander)


@case("connection-fragments")
@pytest.mark.parametrize("cut", [1, 2, 3])
async def test_event_that_is_cut_inside_a_character(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, cut: int
) -> None:
    message = assigning("😀").encode()
    place = message.index("😀".encode()) + cut
    for part in fragments(message, place):
        peer.connection.write(part, f"(in two fragments, cut at byte {place}) {message.decode()}")
        await bystander.served()
    expect.equal((await peer.in_sync())["text"], "😀", "text")
    await intact(dialogue, peer, bystander)


@case("connection-fragments")
async def test_event_in_many_fragments_with_pings_between(
    dialogue: Dialogue, peer: Peer, bystander: Bystander
) -> None:
    message = assigning("Grüße, 世界 😀").encode()
    peer.connection.write(b"", f"(in fragments of a byte, with pings) {message.decode()}")
    for number, part in enumerate(fragments(message, *range(1, len(message)))):
        peer.connection.write(part)
        if number % 10 == 0:  # a server may take offence at many pings that wait for their pongs
            peer.connection.write(frame(b"between", Opcode.PING) + frame(b"", Opcode.PONG))
            await bystander.fence()
    expect.equal((await peer.in_sync())["text"], "Grüße, 世界 😀", "text")
    await intact(dialogue, peer, bystander)


# Broken frames


@case("transport-broken-frame")
@pytest.mark.parametrize("name", BROKEN)
async def test_broken_frame_has_no_effect(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, name: str
) -> None:
    await keep(peer)
    peer.connection.write(BROKEN[name], f"({name}) {assigning('lost')}")
    await bystander.served()
    with suppress(ClosedEarly, Silence):  # how it ends is for the WebSocket layer to say
        await peer.fence()
    state = await intact(dialogue, peer, bystander)
    expect.equal(state["text"], "kept", "text")


@case("connection-isolation")
@pytest.mark.parametrize(
    "claims", [1 << 40, 1 << 62, (1 << 64) - 1], ids=["2^40", "2^62", "2^64-1"]
)
async def test_length_that_is_a_lie(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, claims: int
) -> None:
    await keep(peer)
    written = frame(ASSIGN_LOST, claims=claims)
    peer.connection.write(written, f"(claims {claims} bytes) {assigning('lost')}")
    await bystander.served()
    state = await intact(dialogue, peer, bystander)
    expect.equal(state["text"], "kept", "text", requirement="connection-oversized-no-effect")


# Limits


@case("connection-oversized-no-effect")
async def test_growing_frame_is_taken_whole_or_not_at_all(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, figures: list[Figure]
) -> None:
    digits = "".join(map(str, range(333)))  # of a length that no buffer is a multiple of

    async def taken(size: int) -> bool:
        nonlocal peer
        length = size - len(assigning(""))
        value = (digits * (length // len(digits) + 1))[:length]
        peer, whole = await offered(dialogue, peer, bystander, "text", value)
        return whole

    size = await largest(taken, FRAMES)
    figures.append(Figure("largest frame taken", size, "bytes", size == FRAMES[-1]))
    await peer.assign("text", "small again")
    await intact(dialogue, peer, bystander)


@case("events-depth-limit")
async def test_growing_depth_is_taken_whole_or_not_at_all(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, figures: list[Figure]
) -> None:
    async def taken(levels: int) -> bool:
        nonlocal peer
        value: JSON = levels
        for _ in range(levels):
            value = [value]
        peer, whole = await offered(dialogue, peer, bystander, "anything", value)
        return whole

    with deep_values():
        levels = await largest(taken, VALUE_LEVELS, step=1)
        at_least = levels == VALUE_LEVELS[-1]
        figures.append(Figure("deepest value taken", levels, "levels", at_least))
        await intact(dialogue, peer, bystander)


@case("events-depth-limit")
async def test_growing_depth_beside_an_event_is_read_or_malformed(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, figures: list[Figure]
) -> None:
    held = 0

    async def taken(levels: int) -> bool:
        # A member of the envelope that nobody knows (events-extra-members), so that the server
        # has to read it and never to send it.
        nonlocal peer, held
        deep = "[" * levels + "]" * levels
        text = f'{assigning(levels, "number")[:-1]},"deep":{deep}}}'
        with suppress(ClosedEarly):
            await peer.send_text(text)
        await bystander.served()
        peer = await going_on(dialogue, peer)
        number = (await peer.get())["number"]
        expect.true(
            number in (held, levels),
            expected=f"number {held} or {levels}",
            received=expect.text(number),
        )
        held = number
        return bool(number == levels)

    levels = await largest(taken, FRAME_LEVELS, step=1)
    at_least = levels == FRAME_LEVELS[-1]
    figures.append(Figure("deepest frame read", levels, "levels", at_least))
    await intact(dialogue, peer, bystander)


@case("patch-atomic")
async def test_patch_of_many_operations_is_taken_whole_or_not_at_all(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, figures: list[Figure]
) -> None:
    for count in OPERATIONS:
        operations = [{"op": "add", "path": "/items/-", "value": n} for n in range(count - 1)]
        last = {"op": "replace", "path": "/number", "value": count}
        await peer.connection.send("_PATCH:TESTEE", [*operations, last])
        await bystander.served()
        peer = await going_on(dialogue, peer)
        state = await peer.get()
        found = [state["items"], state["number"]]
        if found != [[], 0]:
            expect.equal(found, [[*range(count - 1)], count], "items and number")
            at_least = count == OPERATIONS[0]
            figures.append(Figure("operations taken in a patch", count, "operations", at_least))
            break
    await intact(dialogue, peer, bystander)


BOMBS = {
    "doubling": (
        {"seed": "0123456789" * 30},
        [{"op": "copy", "from": "/table", "path": f"/table/{n}"} for n in range(13)],
    ),
    "repeating": (
        {"seed": "x" * 100_000},
        [{"op": "copy", "from": "/table/seed", "path": f"/table/{n}"} for n in range(128)],
    ),
}


@case("connection-isolation")
@pytest.mark.parametrize(("seed", "copies"), BOMBS.values(), ids=BOMBS)
async def test_patch_that_grows_by_copying(
    dialogue: Dialogue, peer: Peer, bystander: Bystander, seed: JSON, copies: list[JSON]
) -> None:
    await keep(peer)
    before = await peer.get()
    plant = {"op": "replace", "path": "/table", "value": seed}
    await peer.connection.send("_PATCH:TESTEE", [plant, *copies])
    await bystander.served()
    state = (await intact(dialogue, peer, bystander))["table"]
    if state != before["table"]:  # patch-growth is a SHOULD; but half of it is no choice
        names = {"seed", *(copy["path"].rpartition("/")[2] for copy in copies)}
        expect.true(
            state.keys() == names,
            expected="table as it was, or with all copies",
            received=expect.text(sorted(state)),
            requirement="patch-atomic",
        )


# Crowds


async def crowd(dialogue: Dialogue) -> tuple[list[Peer], bool]:
    """Peers on sessions of their own, as many as the server takes; whether it took all."""
    peers: list[Peer] = []
    while len(peers) < CROWD:
        opening = (dialogue.open() for _ in range(BATCH))
        for found in await asyncio.gather(*opening, return_exceptions=True):
            if isinstance(found, Violation) and found.requirement == "connection-accept":
                return peers, False  # how many a server takes is its own measure (security.md)
            if isinstance(found, BaseException):
                raise found
            peers.append(found)
    return peers, True


@case("session-apart")
async def test_each_of_many_connections_has_its_own_state(
    dialogue: Dialogue, bystander: Bystander, figures: list[Figure]
) -> None:
    peers, all_taken = await crowd(dialogue)
    figures.append(Figure("connections at once", len(peers), "connections", all_taken))
    for number, peer in enumerate(peers):
        await peer.assign("text", f"of client {number}")
    await bystander.served()
    for number, peer in enumerate(peers):
        state = await peer.get()
        expect.equal(state["text"], f"of client {number}", "text of one of many sessions")
        await peer.in_sync(requirement="state-converges")
    await bystander.served()


@case("session-simultaneous")
async def test_one_of_many_simultaneous_connections_is_served(
    dialogue: Dialogue, peer: Peer, bystander: Bystander
) -> None:
    await keep(peer)
    url = dialogue.target.session_url(peer.session)
    rivals = await asyncio.gather(*(dialogue.connect(url) for _ in range(RIVALS)))
    served = Peer(await sole_survivor(rivals), peer.session, dialogue.target)
    await peer.closed(requirement="session-takeover-disconnect")
    await served.next("_SET:SECOND", since=0, requirement="connection-initial-state")
    expect.equal((await served.get())["text"], "kept", "text", requirement="session-resumes")
    await bystander.served()
    await intact(dialogue, served, bystander)


@case("transport-unfinished")
async def test_unfinished_handshakes_and_silent_connections_hinder_nobody(
    dialogue: Dialogue, peer: Peer, bystander: Bystander
) -> None:
    await keep(peer)
    url = dialogue.target.session_url(peer.session)
    for number in range(IDLE):
        line = await dialogue.line(url)
        if number % 2:
            await line.write(line.handshake()[: 20 + number])
    for _ in range(IDLE):
        silent = dialogue.target.session_url(dialogue.target.new_session())
        await dialogue.connect(silent, "transport-unfinished")
    await bystander.served("transport-unfinished")
    await peer.alive("transport-unfinished")
    newcomer = Bystander(await dialogue.open(requirement="transport-unfinished"))
    await newcomer.served("transport-unfinished")
    state = await intact(dialogue, peer, bystander)
    expect.equal(state["text"], "kept", "text")
