"""Cases for spec/transport.md: lost, stalled and broken connections, limits, and many clients.

In each case the server has to serve another session during the fault, and the session of the faulty
client after it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import string
import time
from contextlib import suppress

import pytest
from websockets.frames import Opcode

from conformance.cases.broken_frames import ASSIGN_LOST, BROKEN, CUT, LIES, assigning
from conformance.cases.patches import BOMBS, add, replace
from conformance.driver import expect
from conformance.driver.connection import Connection
from conformance.driver.dialogue import Dialogue
from conformance.driver.faults import SPARE, Bystander, Scene, crowd, deep_values, largest
from conformance.driver.raw_socket import HandshakeFailed, fragments, frame
from conformance.errors import ClosedEarly, Silence, TurnedAway
from conformance.protocol.display import show_json
from conformance.protocol.wire import JSON, Event
from conformance.runner.case import case
from conformance.runner.measurements import Figure

PATIENCE = 10
"""The factor of deadlines while frames far above the required size are sent."""
SOON = 5.0
"""Seconds in which a frame or a handshake is sent in pieces: servers have timeouts for both."""
SLOW = 2.0
"""The time of one frame, in seconds, after which no larger one is tried."""
FRAMES = [1 << power for power in range(20, 26)]  # 1 MiB to 32 MiB
VALUE_LEVELS = [64 << power for power in range(5)]  # up to 1,024, which both sides can encode
FRAME_LEVELS = [*(64 << power for power in range(11)), 100_000]
OPERATIONS = (10_000, 5_000, 2_000, 1_000)
CROWD = 200
RIVALS = 50
IDLE = 50
PENDING = [letter * 900_000 for letter in string.ascii_lowercase[:12]]
"""Values that together are larger than the buffers between a server and a client."""


@pytest.fixture
async def scene(dialogue: Dialogue) -> Scene:
    """A client whose text is "kept", and a client of another session."""
    return await Scene.open(dialogue)


# Loss


@case("transport-any-end")
async def test_reset_of_a_silent_connection(scene: Scene) -> None:
    await scene.peer.connection.reset()
    await scene.bystander.served()
    await scene.intact(requirement="session-persistent")


@case("session-half-written")
@pytest.mark.parametrize("written", CUT.values(), ids=CUT)
async def test_reset_inside_a_frame(scene: Scene, written: bytes) -> None:
    await scene.peer.connection.write(written, f"(cut off) {assigning('lost')}")
    await scene.bystander.served()
    await scene.peer.connection.reset()
    await scene.bystander.served()
    await scene.intact()


@case("transport-any-end")
async def test_reset_right_behind_an_action(scene: Scene) -> None:
    await scene.peer.assign("number", 5)
    await scene.peer.connection.reset()
    await scene.bystander.served()
    number = (await scene.intact(requirement="session-persistent"))["number"]
    expect.true(
        number in (0, 5),
        expected="the number before the action, or the one after it",
        received=show_json(number),
    )


@case("transport-any-end")
async def test_reset_while_the_server_sends(scene: Scene) -> None:
    await scene.peer.assign("anything", PENDING[0])
    await scene.peer.fence()
    scene.peer.connection.stall()
    questions = [Event("_GET:TESTEE", {}).text()] * len(PENDING)
    await scene.peer.connection.send_at_once(*questions)
    await scene.bystander.served("security-slow-reader")
    await scene.peer.connection.reset()
    await scene.bystander.served()
    await scene.intact(requirement="session-persistent")


# Clients that do not read


@case("session-takeover-prompt")
async def test_half_open_connection_is_replaced(scene: Scene, figures: list[Figure]) -> None:
    scene.peer.connection.stall()  # it answers no ping, but its socket stays open
    await scene.bystander.served("security-slow-reader")
    waited = await scene.take_over()
    figures.append(Figure("takeover of a half-open session", waited, "seconds"))
    text = scene.peer.mirror()["text"]
    expect.equal(text, "kept", "text of the newer connection", requirement="session-resumes")
    await scene.intact(requirement="session-persistent")


async def stall(scene: Scene) -> float:
    """Make a client stop reading, and make the server send more than the network buffers.

    Returns:
        The longest time that another session has waited, in seconds.
    """
    scene.peer.connection.stall()
    frames = (assigning(value, "anything") for value in PENDING)
    await scene.peer.connection.send_at_once(*frames)
    scene.peer.connection.stimulate()
    return max([await scene.bystander.served("security-slow-reader") for _ in 2 * PENDING])


def demand_pending_value(state: JSON) -> None:
    """Demand the state after all actions, or after some of them."""
    expect.true(
        state["anything"] in (None, *PENDING),
        expected="one of the assigned values, whole",
        received=show_json(state["anything"]),
        requirement="session-resumes",
    )


@case("security-slow-reader")
async def test_client_that_does_not_read_holds_up_no_other(
    scene: Scene, figures: list[Figure]
) -> None:
    longest = await stall(scene)
    figures.append(Figure("longest wait beside a stalled client", longest, "seconds"))
    demand_pending_value(await scene.intact(requirement="session-persistent"))


@case("session-takeover-prompt")
async def test_stalled_connection_is_replaced(scene: Scene, figures: list[Figure]) -> None:
    await stall(scene)
    waited = await scene.take_over()
    figures.append(Figure("takeover of a stalled session", waited, "seconds"))
    demand_pending_value(scene.peer.mirror())
    demand_pending_value(await scene.intact(requirement="session-persistent"))


# Segments and fragments


def pieces(content: bytes, round_trip: float) -> list[bytes]:
    """Split bytes into single ones, or longer pieces for a server that is far away."""
    step = max(1, math.ceil(len(content) * round_trip / SOON))
    return [content[place : place + step] for place in range(0, len(content), step)]


@case("transport-segments")
async def test_event_that_arrives_byte_by_byte(dialogue: Dialogue, scene: Scene) -> None:
    text = assigning("Grüße, 世界 😀")
    await scene.peer.connection.write(b"", f"(byte by byte) {text}")
    with scene.peer.connection.inside_a_frame():
        for piece in pieces(frame(text.encode()), dialogue.target.round_trip):
            await scene.peer.connection.write(piece)
            await scene.bystander.fence()  # so that the server reads each piece alone
    expect.equal((await scene.peer.in_sync())["text"], "Grüße, 世界 😀", "text")
    await scene.intact("Grüße, 世界 😀")


@case("transport-segments")
async def test_handshake_that_arrives_byte_by_byte(dialogue: Dialogue, scene: Scene) -> None:
    await scene.peer.connection.close()
    line = await dialogue.line(dialogue.target.session_url(scene.peer.session))
    request = line.handshake()
    with suppress(HandshakeFailed):  # the server has closed it, which the answer shows
        for piece in pieces(request, dialogue.target.round_trip):
            await line.write(piece)
            await scene.bystander.fence()
    scene.peer = await dialogue.upgrade(line, scene.peer.session, "transport-segments")
    await scene.peer.assign("text", "arrived")
    expect.equal((await scene.peer.in_sync())["text"], "arrived", "text")
    await scene.intact("arrived")


@case("connection-fragments")
@pytest.mark.parametrize("cut", [1, 2, 3])
async def test_event_that_is_cut_inside_a_character(scene: Scene, cut: int) -> None:
    message = assigning("😀").encode()
    place = message.index("😀".encode()) + cut
    first, second = fragments(message, place)
    await scene.peer.connection.write(first, f"(cut at byte {place}) {message.decode()}")
    await scene.bystander.served()
    await scene.peer.connection.write(second)
    expect.equal((await scene.peer.in_sync())["text"], "😀", "text")
    await scene.intact("😀")


@case("connection-fragments")
async def test_event_in_many_fragments_with_pings_between(scene: Scene) -> None:
    message = assigning("Grüße, 世界 😀").encode()
    write = scene.peer.connection.write
    await write(b"", f"(in fragments of a byte, with pings) {message.decode()}")
    for number, part in enumerate(fragments(message, *range(1, len(message)))):
        await write(part)
        if number % 10 == 0:  # a server may limit the pings without an answer
            await write(frame(b"between", Opcode.PING) + frame(b"", Opcode.PONG))
            await scene.bystander.fence()
    expect.equal((await scene.peer.in_sync())["text"], "Grüße, 世界 😀", "text")
    await scene.intact("Grüße, 世界 😀")


# Broken frames


@case("transport-broken-frame")
@pytest.mark.parametrize("name", BROKEN)
async def test_broken_frame_has_no_effect(scene: Scene, name: str) -> None:
    await scene.peer.connection.write(BROKEN[name], f"({name}) {assigning('lost')}")
    await scene.bystander.served()
    with suppress(ClosedEarly, Silence):  # the WebSocket layer decides how it ends
        await scene.peer.fence()
    await scene.intact()


@case("connection-isolation")
@pytest.mark.parametrize("claims", LIES, ids=["2^40", "2^62", "2^64-1"])
async def test_length_that_is_a_lie(scene: Scene, claims: int) -> None:
    written = frame(ASSIGN_LOST, claims=claims)
    await scene.peer.connection.write(written, f"(claims {claims} bytes) {assigning('lost')}")
    await scene.bystander.served()
    await scene.intact(requirement="connection-oversized-no-effect")


# Limits


@case("connection-oversized-no-effect")
async def test_growing_frame_is_taken_whole_or_not_at_all(
    dialogue: Dialogue, figures: list[Figure]
) -> None:
    patience = PATIENCE * dialogue.target.time_scale  # the speed of large frames is not judged
    dialogue.target = dataclasses.replace(dialogue.target, time_scale=patience)
    scene = await Scene.open(dialogue)
    slow = False
    digits = "".join(map(str, range(333)))  # its length divides no buffer size

    async def taken(size: int) -> bool:
        length = size - len(assigning("", "anything"))
        nonlocal slow
        began = time.monotonic()
        whole = await scene.offer("anything", (digits * (length // len(digits) + 1))[:length])
        slow = time.monotonic() - began > SLOW
        return whole

    sizes = iter(FRAMES)
    size = 0
    while not slow and (next_size := next(sizes, None)) is not None and await taken(next_size):
        size = next_size
    figures.append(Figure("largest frame taken", size, "bytes", slow or size == FRAMES[-1]))
    await scene.peer.assign("anything", "small again")
    await scene.intact(requirement="session-persistent")


@case("events-depth-limit")
async def test_growing_depth_is_taken_whole_or_not_at_all(
    scene: Scene, figures: list[Figure]
) -> None:
    async def taken(levels: int) -> bool:
        value: JSON = levels
        for _ in range(levels):
            value = [value]
        return await scene.offer("anything", value)

    with deep_values():
        levels = await largest(taken, VALUE_LEVELS, step=1)
        at_least = levels == VALUE_LEVELS[-1]
        figures.append(Figure("deepest value taken", levels, "levels", at_least))
        await scene.intact(requirement="session-persistent")


@case("events-depth-limit")
async def test_growing_depth_beside_an_event_is_read_or_malformed(
    scene: Scene, figures: list[Figure]
) -> None:
    held = 0

    async def taken(levels: int) -> bool:
        # An unknown member of the envelope (events-extra-members): the server has to read it and
        # never sends it.
        nonlocal held
        deep = "[" * levels + "]" * levels
        with suppress(ClosedEarly):
            await scene.peer.send_text(f'{assigning(levels, "number")[:-1]},"deep":{deep}}}')
        await scene.bystander.served()
        await scene.go_on()
        number = (await scene.peer.get())["number"]
        expect.true(
            number in (held, levels),
            expected=f"number {held} or {levels}",
            received=show_json(number),
        )
        held = number
        return bool(number == levels)

    levels = await largest(taken, FRAME_LEVELS, step=1)
    at_least = levels == FRAME_LEVELS[-1]
    figures.append(Figure("deepest frame read", levels + 1, "levels", at_least))  # + the envelope
    await scene.intact(requirement="session-persistent")


@case("patch-atomic")
async def test_patch_of_many_operations_is_taken_whole_or_not_at_all(
    scene: Scene, figures: list[Figure]
) -> None:
    for count in OPERATIONS:
        operations = [add("/items/-", n) for n in range(count - 1)]
        await scene.peer.patch(*operations, replace("/number", count))
        await scene.bystander.served()
        await scene.go_on()
        state = await scene.peer.get()
        found = [state["items"], state["number"]]
        if found != [[], 0]:
            expect.equal(found, [[*range(count - 1)], count], "items and number")
            at_least = count == OPERATIONS[0]
            figures.append(Figure("operations taken in a patch", count, "operations", at_least))
            break
    await scene.intact(requirement="session-persistent")


@case("connection-isolation")
@pytest.mark.parametrize(("seed", "copies"), BOMBS.values(), ids=BOMBS)
async def test_patch_that_grows_by_copying(scene: Scene, seed: JSON, copies: list[JSON]) -> None:
    await scene.peer.patch(replace("/table", seed), *copies)
    await scene.bystander.served()
    table = (await scene.intact(requirement="session-persistent"))["table"]
    names = {"seed", *(copy["path"].rpartition("/")[2] for copy in copies)}
    expect.true(  # patch-growth is a SHOULD; a half-applied patch is never right
        not table or table.keys() == names,
        expected="the old table, or one with all copies",
        received=show_json(sorted(table)),
        requirement="patch-atomic",
    )


# Crowds


@case("session-apart")
async def test_each_of_many_connections_has_its_own_state(
    dialogue: Dialogue, scene: Scene, figures: list[Figure]
) -> None:
    peers, taken = await crowd(dialogue, CROWD)
    figures.append(Figure("connections at once", taken, "connections", taken == CROWD))
    for number, peer in enumerate(peers):
        await peer.assign("text", f"of client {number}")
    await scene.bystander.served()
    for number, peer in enumerate(peers):
        state = await peer.get()
        expect.equal(state["text"], f"of client {number}", "text of one of many sessions")
        await peer.in_sync(requirement="state-converges")
    await scene.intact()


@case("session-simultaneous")
async def test_one_of_many_simultaneous_connections_is_served(
    dialogue: Dialogue, scene: Scene
) -> None:
    older = scene.peer
    scene.peer = await dialogue.race(older.session, RIVALS)
    await older.closed(requirement="session-takeover-disconnect")
    state = await scene.peer.in_sync()
    expect.equal(state["text"], "kept", "text of the survivor", requirement="session-resumes")
    await scene.intact(requirement="session-persistent")


@case("transport-unfinished")
async def test_unfinished_handshakes_and_silent_connections_hinder_nobody(
    dialogue: Dialogue, scene: Scene
) -> None:
    url = dialogue.target.session_url(scene.peer.session)
    for number in range(IDLE):
        line = await dialogue.line(url)
        if number % 2:
            await line.write(line.handshake()[: 20 + number])
    silent: list[Connection] = []
    with suppress(TurnedAway):  # a server may limit connections, but serves those that it accepts
        for _ in range(IDLE):
            one = dialogue.target.session_url(dialogue.target.new_session())
            silent.append(await dialogue.connect(one, "transport-unfinished"))
    if len(silent) < IDLE:
        for line in [] if silent else dialogue.lines[-SPARE:]:
            line.release()
        await asyncio.gather(*(connection.release() for connection in silent[-SPARE:]))
    await scene.bystander.served("transport-unfinished")
    await scene.peer.alive("transport-unfinished")
    newcomer = Bystander(await dialogue.open(requirement="transport-unfinished"))
    await newcomer.served("transport-unfinished")
    await scene.intact(requirement="session-persistent")
