"""Cases for spec/connection.md: opening, frames, order, malformed input, closing."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby

import pytest

from conformance.cases.patches import remove, replace
from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.errors import ClosedEarly, Kind
from conformance.protocol.wire import JSON, Event
from conformance.runner.case import case

ASSIGN_LOST = Event("_ACTION:TESTEE", {"type": "assign", "name": "text", "value": "lost"}).text()

MALFORMED = [
    pytest.param("", id="empty"),
    pytest.param("{", id="truncated-object"),
    pytest.param(ASSIGN_LOST[:-1], id="truncated-event"),
    pytest.param(ASSIGN_LOST + "}", id="trailing-brace"),
    pytest.param(ASSIGN_LOST + ASSIGN_LOST, id="two-events"),
    pytest.param(ASSIGN_LOST.replace('"', "'"), id="single-quotes"),
    pytest.param(ASSIGN_LOST[:-1] + ",}", id="trailing-comma"),
    pytest.param("\ufeff" + ASSIGN_LOST, id="byte-order-mark"),
    pytest.param(f"[{ASSIGN_LOST}]", id="array"),
    pytest.param("null", id="null"),
    pytest.param('"_GET:TESTEE"', id="string"),
    pytest.param("5", id="number"),
]

REFUSED = [
    pytest.param("_PATCH:TESTEE", [remove("/nothing")], id="patch"),
    pytest.param("_PATCH:TESTEE", {"op": "remove"}, id="patch-of-wrong-shape"),
    pytest.param("_SET:TESTEE", {"nothing": 1}, id="set"),
    pytest.param("_SET:TESTEE", [1], id="set-of-wrong-shape"),
    pytest.param("_ACTION:TESTEE", {"type": "assign"}, id="action-without-arguments"),
    pytest.param("_ACTION:TESTEE", None, id="action-of-wrong-shape"),
]


@case("connection-accept")
async def test_handshake_without_subprotocol_is_accepted(peer: Peer) -> None:
    expect.equal(peer.connection.subprotocol, None, "the subprotocol of the answer")


@case("connection-initial-state")
async def test_announced_documents_arrive_unasked(peer: Peer) -> None:
    expect.equal(
        peer.events("_SET:SECOND")[0],
        {"value": 0},
        "the initial state of SECOND",
        kind=Kind.INITIAL_STATE,
    )


@case("connection-initial-state", needs="scoped-keys")
async def test_announced_document_with_scoped_key_arrives_unasked(peer: Peer) -> None:
    expect.equal(
        peer.events("_SET:scope/NESTED")[0],
        {"value": 0},
        "its initial state",
        kind=Kind.INITIAL_STATE,
    )


@case("connection-initial-state")
async def test_initial_state_arrives_on_every_connection(dialogue: Dialogue, peer: Peer) -> None:
    again = await dialogue.reconnect(peer)
    await again.in_sync()


@case("connection-initial-order")
async def test_initial_states_arrive_in_order_of_creation(peer: Peer) -> None:
    wanted = ["_SET:TESTEE", "_SET:SECOND", "_SET:scope/NESTED"]
    announced = [type_ for type_ in peer.types() if type_ in wanted]
    expect.equal(announced, [t for t in wanted if t in announced], "the announced documents")


@case("connection-initial-once")
async def test_initial_state_arrives_once(peer: Peer) -> None:
    await peer.fence()
    expect.equal(len(peer.events("_SET:TESTEE")), 1, "the number of _SET:TESTEE")


@case("connection-state-before-patch", needs="tasks")
async def test_no_patch_before_state_while_document_changes(dialogue: Dialogue, peer: Peer) -> None:
    await peer.start("count", steps=500, intervalMs=0)
    await peer.connection.cut()
    for _ in range(5):
        again = await dialogue.reconnect(peer)
        await again.connection.cut()


@case("connection-text")
async def test_events_are_utf_8_json(peer: Peer) -> None:
    await peer.assign("text", "Grüße, 世界 😀")
    expect.equal((await peer.in_sync())["text"], "Grüße, 世界 😀", "the attribute text")


@case("connection-fragments")
async def test_fragmented_event_is_read_whole(peer: Peer) -> None:
    text = Event("_ACTION:TESTEE", {"type": "assign", "name": "text", "value": "whole"}).text()
    await peer.connection.send_text([text[:1], "", text[1:20], text[20:-1], text[-1:]])
    expect.equal((await peer.in_sync())["text"], "whole", "the attribute text")


@case("connection-order")
async def test_events_of_all_kinds_take_effect_in_order(peer: Peer) -> None:
    await peer.action("burst", count=3)
    await peer.connection.send("_PATCH:TESTEE", [replace("/number", 10)])
    await peer.action("burst", count=2)
    await peer.connection.send("_SET:TESTEE", {"text": "after burst"})
    await peer.action("assign", name="flag", value=True)
    state = await peer.get()
    expect.equal(
        [state["number"], state["text"], state["flag"]],
        [12, "after burst", True],
        "number, text and flag",
    )


@case("connection-order")
async def test_questions_between_actions_are_answered_in_order(peer: Peer) -> None:
    mark = peer.mark()
    for number in range(1, 21):
        await peer.assign("value", number, key="SECOND")
        await peer.send("_GET:SECOND", {})
    await peer.fence("SECOND")
    values = [data["value"] for data in peer.events("_SET:SECOND", mark)]
    answers = [value for value, _ in groupby(values)]  # a sync may be a _SET too
    expect.equal(answers, list(range(1, 21)), "the values in the answers")


@case("connection-effects-in-order")
async def test_changes_arrive_in_the_order_of_syncs(peer: Peer) -> None:
    await peer.action("burst", count=50)
    await peer.in_sync()
    numbers = [state["number"] for state in peer.connection.legality.mirror.versions("TESTEE")]
    expect.equal(numbers, sorted(numbers), "the values of number, in order")
    expect.equal(numbers[-1], 50, "the last value of number")


@case("connection-large-frames")
async def test_frame_of_a_mebibyte_is_accepted(peer: Peer) -> None:
    empty = Event("_ACTION:TESTEE", {"type": "assign", "name": "text", "value": ""}).text()
    value = "x" * (1_048_576 - len(empty))
    await peer.assign("text", value)
    expect.equal((await peer.in_sync())["text"], value, "the attribute text")


@case("connection-large-frames", needs="binary")
async def test_binary_frame_of_a_mebibyte_is_accepted(peer: Peer) -> None:
    metadata = {"type": "receiveBytes", "label": "large"}
    await peer.send_pair("_ACTION:TESTEE", metadata, bytes(1_048_576))
    arrived = (await peer.in_sync())["anything"] or {}
    expect.equal(arrived.get("size"), 1_048_576, "the size that arrived")


@case("connection-oversized-no-effect")
async def test_frame_of_17_mebibytes_is_taken_whole_or_not_at_all(
    dialogue: Dialogue, peer: Peer
) -> None:
    value = "x" * (17 << 20)
    with suppress(ClosedEarly):  # the server may close in the middle
        await peer.assign("text", value)
    state = await (await dialogue.resume(peer)).get()
    expect.true(
        state["text"] in ("", value),
        expected="the old text, or the whole new one",
        received=f"{len(state['text'])} characters",
    )


@case("connection-malformed-no-effect")
@pytest.mark.parametrize("text", MALFORMED)
async def test_malformed_frame_changes_nothing(dialogue: Dialogue, peer: Peer, text: str) -> None:
    await peer.assign("text", "kept")
    await peer.in_sync()
    await peer.send_text(text)
    state = await (await dialogue.resume(peer)).get()
    expect.equal(state["text"], "kept", "the attribute text")


@case("connection-malformed-survives")
@pytest.mark.parametrize("text", MALFORMED)
async def test_malformed_frame_is_survived(peer: Peer, text: str) -> None:
    await peer.send_text(text)
    await peer.alive()


@case("connection-refusal-survives")
@pytest.mark.parametrize(("type_", "data"), REFUSED)
async def test_refused_event_keeps_connection_open(peer: Peer, type_: str, data: JSON) -> None:
    await peer.send_illegal(type_, data)
    await peer.assign("text", "behind it")
    await peer.alive()
    expect.equal((await peer.get())["text"], "behind it", "the effect of the event after it")


@case("connection-isolation")
async def test_malformed_frames_and_cut_leave_other_sessions_alone(
    dialogue: Dialogue, peer: Peer
) -> None:
    other = await dialogue.open_other_session()
    mark = other.mark()
    await peer.send_text("{")
    await peer.connection.send_bytes(b"junk")
    await peer.connection.cut()
    await other.assign("text", "undisturbed")
    expect.equal((await other.in_sync())["text"], "undisturbed", "the other session's text")
    expect.true(
        "_DISCONNECT" not in other.types(mark), expected="no _DISCONNECT", received="_DISCONNECT"
    )


@case("connection-close-code")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="malformed"),
        pytest.param('{"type":"_PATCH:TESTEE","data":5}', id="refused-patch"),
        pytest.param('{"type":"_ACTION:TESTEE","data":null}', id="refused-action"),
    ],
)
async def test_closing_after_an_error_does_not_say_1000(peer: Peer, text: str) -> None:
    await peer.send_text(text)
    try:
        await peer.fence()
    except ClosedEarly:
        closing = await peer.closed()
        expect.true(
            closing.code != 1000,
            expected="an open connection, or a code other than 1000",
            received=str(closing),
        )
