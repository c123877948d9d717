"""Cases for spec/connection.md: frames, order, malformed input, and subprotocols."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import START, ClientUnderTest, call, member
from conformance.driver import expect
from conformance.errors import ClosedEarly
from conformance.protocol.display import show_json
from conformance.protocol.wire import Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


MALFORMED = {
    "empty": "",
    "words": "hello",
    "array": "[]",
    "null": "null",
    "string": '"_SET:TESTEE"',
    "no-type": "{}",
    "half": '{"type":"_SET:TESTEE","data":{',
    "mark": '\ufeff{"type":"_GET:TESTEE"}',
    "two": '{"type":"_GET:TESTEE"}{"type":"_GET:TESTEE"}',
    "single-quotes": "{'type':'_GET:TESTEE'}",
    "digits": '{"type":"_NEW","data":' + "9" * 5000 + "}",
}
REFUSED = {
    "set-array": Event("_SET:TESTEE", []),
    "set-null": Event("_SET:TESTEE", None),
    "set-string": Event("_SET:TESTEE", "{}"),
    "patch-null": Event("_PATCH:TESTEE", None),
    "patch-scalar-root": Event("_PATCH:TESTEE", [{"op": "replace", "path": "", "value": 5}]),
    "call-array": Event("_ACTION:TESTEE", []),
    "toast-null": Event("_TOAST", None),
    "download-null": Event("_DOWNLOAD", None),
    "pair-null": Event("_BIN_META", None),
}
LARGE = 1_048_576


@case("connection-no-subprotocol")
async def test_client_offers_no_subprotocol(client: ClientUnderTest) -> None:
    await client.connection.cut()
    await client.returned()
    expect.equal(client.connection.offered, [], "the subprotocols that the client offers")
    await client.at_once(Event("_SET:TESTEE", START))


@case("connection-text")
async def test_client_sends_text(client: ClientUnderTest) -> None:
    await client.assign("text", "\ufeff\u00fcn\u00efc\u00f6d\u00e9 \U0001f600")
    await client.agrees()  # every frame is judged when it arrives


@case("connection-fragments")
async def test_client_reads_a_message_in_fragments(client: ClientUnderTest) -> None:
    wanted = {**START, "text": "in f\u00fcr parts \U0001f600"}
    text = Event("_SET:TESTEE", wanted).text()
    await client.connection.send_text([text[:1], text[1:20], "", text[20:]])
    await client.fence()
    await client.holds(wanted)


@case("connection-order")
async def test_client_handles_events_in_their_order(client: ClientUnderTest) -> None:
    since = await client.at_once(
        Event("_PATCH:TESTEE", [{"op": "replace", "path": "/number", "value": 1}]),
        call("assign", name="text", value="one"),
        call("call", name="between", arguments={}),
        call("assign", name="text", value="two"),
        call("startTask", name="task", arguments={}),
    )
    received = [r.event.type for r in client.connection.received[since:]]
    wanted = ["_PATCH:TESTEE", "_ACTION:TESTEE", "_PATCH:TESTEE", "_TASK_START:TESTEE"]
    expect.equal(received[:4], wanted, "the events of the client, in order")
    await client.holds(number=1, text="two")


@case("connection-order")
async def test_state_is_that_of_its_place_in_the_order(client: ClientUnderTest) -> None:
    since = client.mark()
    for number in range(3):
        client.write(
            Event("_PATCH:TESTEE", [{"op": "replace", "path": "/number", "value": number}]),
            Event("_GET:TESTEE", {}),
        )
    await client.fence()
    numbers = [member(state, "number") for state in client.events("_SET:TESTEE", since)]
    expect.equal(numbers, [0, 1, 2], "the numbers in the answers")


@case("connection-large-frames")
async def test_client_takes_a_text_of_a_mebibyte(client: ClientUnderTest) -> None:
    frame = Event("_SET:TESTEE", {**START, "text": ""}).text()
    await client.set(text="x" * (LARGE - len(frame)))
    await client.holds()


@case("connection-large-frames")
async def test_client_takes_bytes_of_a_mebibyte(client: ClientUnderTest) -> None:
    await client.pair("_ACTION:TESTEE", {"type": "large"}, bytes(LARGE))
    await client.fence()
    found = member(await client.reported(), "anything")
    size = member(member(found, "bytes"), "size")
    expect.equal(size, LARGE, "the size of the bytes that the client reports")


@case("connection-oversized-no-effect")
async def test_frame_that_is_too_large_has_its_whole_effect_or_none(
    client: ClientUnderTest,
) -> None:
    await client.connection.send_text(
        Event("_SET:TESTEE", {**START, "text": "x" * LARGE * 3}).text()
    )
    await client.connection.send_text(call("call", name="behind", arguments={}).text())
    try:
        await client.next("_ACTION:TESTEE", since=0)
    except ClosedEarly:
        await client.back(START)
        await client.holds(START)
        return
    text = member(await client.reported(), "text")
    expect.true(
        text in ("", "x" * LARGE * 3),
        expected="the effect of the whole frame, or none",
        received=f"{show_json(text)} of {LARGE * 3} characters",
    )


@case("connection-malformed-no-effect")
@pytest.mark.parametrize("frame", MALFORMED)
async def test_malformed_frame_changes_nothing(client: ClientUnderTest, frame: str) -> None:
    await client.set(text="kept")
    state = client.state
    client.answers = False
    await client.text(MALFORMED[frame])
    try:
        await client.fence()
    except ClosedEarly:  # another case judges that
        await client.back(state)
    await client.holds(state)


@case("connection-malformed-survives")
@pytest.mark.parametrize("frame", MALFORMED)
async def test_malformed_frame_keeps_the_connection_open(
    client: ClientUnderTest, frame: str
) -> None:
    await client.text(MALFORMED[frame])
    await client.alive()


@case("connection-refusal-survives")
@pytest.mark.parametrize("event", REFUSED)
async def test_refused_event_keeps_the_connection_open(client: ClientUnderTest, event: str) -> None:
    await client.set(text="kept")
    client.answers = False
    await client.ignores(REFUSED[event].type, REFUSED[event].data)


@case("connection-close-code")
async def test_client_that_closes_for_an_error_says_so(client: ClientUnderTest) -> None:
    for frame in MALFORMED.values():
        await client.text(frame)
    await client.connection.send_bytes(b"alone")
    try:
        await client.fence()
    except ClosedEarly:
        closing = client.connection.closing
        expect.true(
            closing is not None and closing.code != 1000,
            expected="a close code other than 1000 after malformed frames",
            received=str(closing),
        )
