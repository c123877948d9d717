"""Cases for spec/events.md: the envelope, names and keys, JSON in and out, limits."""

from __future__ import annotations

import secrets

import pytest

from conformance.cases.patches import replace
from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.protocol.wire import JSON, compact
from conformance.runner.case import case

UNKNOWN = f"NO-{secrets.token_hex(4)}"
DEEP = 100_000


def assigning(literal: str, name: str = "anything") -> str:
    """A frame that assigns a JSON text, which may be invalid."""
    return (
        f'{{"type":"_ACTION:TESTEE","data":{{"type":"assign","name":"{name}","value":{literal}}}}}'
    )


def nested(levels: int) -> JSON:
    """Nested arrays with this number of levels."""
    value: JSON = []
    for _ in range(levels - 1):
        value = [value]
    return value


@case("events-envelope")
async def test_every_event_has_type_and_data(peer: Peer) -> None:
    await peer.assign("text", "one")
    await peer.action("assignMany", values={"number": 1, "flag": True})
    await peer.in_sync()  # every frame is judged when it arrives


@case("events-envelope")
async def test_order_of_members_means_nothing(peer: Peer) -> None:
    await peer.send_text(
        '{"data": {"value": "x", "name": "text", "type": "assign"}, "type": "_ACTION:TESTEE"}'
    )
    expect.equal((await peer.in_sync())["text"], "x", "the attribute text")


@case("events-data-absent")
async def test_absent_data_is_null(peer: Peer) -> None:
    mark = peer.mark()
    await peer.send("_GET:TESTEE")
    await peer.send("_GET:TESTEE", None)
    await peer.fence()
    expect.equal(len(peer.events("_SET:TESTEE", mark)), 2, "the number of answers")


@case("events-extra-members")
@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({"rev": 7}, id="number"),
        pytest.param({"id": "a", "meta": {"nested": [1]}}, id="several"),
        pytest.param({"": None}, id="empty-name"),
        pytest.param({"__proto__": {"type": "other"}}, id="proto"),
    ],
)
async def test_unknown_members_of_the_envelope_are_ignored(peer: Peer, extra: JSON) -> None:
    data = {"type": "assign", "name": "text", "value": "taken"}
    await peer.send_text(compact({**extra, "type": "_ACTION:TESTEE", "data": data}))
    expect.equal((await peer.in_sync())["text"], "taken", "the attribute text")


@case("events-type-string")
@pytest.mark.parametrize(
    "type_",
    [
        pytest.param("", id="missing"),
        pytest.param('"type":null,', id="null"),
        pytest.param('"type":5,', id="number"),
        pytest.param('"type":true,', id="boolean"),
        pytest.param('"type":["_ACTION:TESTEE"],', id="array"),
        pytest.param('"type":{"_ACTION:TESTEE":1},', id="object"),
    ],
)
async def test_event_without_a_string_type_does_nothing(
    dialogue: Dialogue, peer: Peer, type_: str
) -> None:
    text = f'{{{type_}"data":{{"type":"assign","name":"text","value":"lost"}}}}'
    await dialogue.unchanged(peer, peer.send_text(text))


@case("events-key")
@pytest.mark.parametrize(
    "type_",
    [
        pytest.param("_GET:", id="empty-key"),
        pytest.param("_GET:TESTEE:", id="trailing-colon"),
        pytest.param("_GET::TESTEE", id="leading-colon"),
        pytest.param("_GET:TESTEE:SECOND", id="inner-colon"),
        pytest.param("_GET:scope/TESTEE", id="scope"),
        pytest.param("_GET:testee", id="lower-case"),
        pytest.param("_GET", id="no-key"),
    ],
)
async def test_key_is_all_behind_the_first_colon(peer: Peer, type_: str) -> None:
    mark = peer.mark()
    await peer.connection.send(type_, {})
    peer.connection.stimulate()
    await peer.fence()
    others = [type_ for type_ in peer.types(mark) if type_.endswith((":TESTEE", ":SECOND"))]
    expect.equal(others, ["_SET:SECOND"], "only the fence's answer")


@case("events-key", needs="scoped-keys")
async def test_key_with_a_slash_is_one_key(peer: Peer) -> None:
    state = await peer.get("scope/NESTED", requirement="events-key")
    expect.equal(state, {"value": 0}, "the state of scope/NESTED")


@case("events-unknown-type")
@pytest.mark.parametrize(
    "type_",
    [
        pytest.param("my-event", id="custom"),
        pytest.param("_FUTURE:TESTEE", id="reserved"),
        pytest.param("_SETTINGS:TESTEE", id="longer-name"),
        pytest.param("_SE", id="shorter-name"),
        pytest.param("_set:TESTEE", id="lower-case"),
        pytest.param("", id="empty"),
        pytest.param("__proto__", id="proto"),
        pytest.param("constructor", id="constructor"),
        pytest.param(" _GET:TESTEE", id="leading-space"),
    ],
)
async def test_unknown_type_is_ignored(peer: Peer, type_: str) -> None:
    call = {"type": "assign", "name": "text", "value": "lost"}
    write = {"text": "lost"}
    await peer.ignores(*(peer.send_illegal(type_, data) for data in (call, write)))


@case("events-unknown-key")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("_GET", {}, id="get"),
        pytest.param("_SET", {"text": "lost"}, id="set"),
        pytest.param("_PATCH", [replace("/text", "lost")], id="patch"),
        pytest.param("_ACTION", {"type": "assign", "name": "text", "value": "lost"}, id="action"),
        pytest.param("_TASK_START", {"type": "wait"}, id="task-start"),
        pytest.param("_TASK_CANCEL", {"type": "wait"}, id="task-cancel"),
    ],
)
async def test_unknown_key_is_ignored(peer: Peer, name: str, data: JSON) -> None:
    mark = peer.mark()
    await peer.ignores(peer.send_illegal(f"{name}:{UNKNOWN}", data))
    answers = [type_ for type_ in peer.types(mark) if type_.endswith(UNKNOWN)]
    expect.equal(answers, [], "events of the unknown key")


@case("events-direction")
@pytest.mark.parametrize(
    ("type_", "data"),
    [
        pytest.param("_TOAST", {"type": "info", "message": "hello"}, id="toast"),
        pytest.param("_DOWNLOAD", {"filename": "a", "data": ""}, id="download"),
        pytest.param("_DISCONNECT", "bye", id="disconnect"),
        pytest.param("_REQUEST_USER_SESSION", None, id="request-user-session"),
    ],
)
async def test_event_of_servers_is_ignored(peer: Peer, type_: str, data: JSON) -> None:
    mark = peer.mark()
    await peer.ignores(peer.send(type_, data))
    expect.equal(peer.events(type_, mark), [], f"{type_} events in return")


@case("events-strict-json")
@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400"])
async def test_server_never_sends_what_is_no_json(
    dialogue: Dialogue, peer: Peer, literal: str
) -> None:
    await peer.send_text(assigning(literal))
    again = await dialogue.reconnect(await dialogue.resume(peer))
    await again.get()  # every frame is judged when it arrives


@case("events-not-finite")
@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "[NaN]"])
async def test_number_that_is_not_finite_is_refused(
    dialogue: Dialogue, peer: Peer, literal: str
) -> None:
    await dialogue.unchanged(peer, peer.send_text(assigning(literal)))


@case("events-lone-surrogate")
@pytest.mark.parametrize(
    "literal",
    [
        pytest.param('"\\ud83d"', id="high"),
        pytest.param('"a\\ude00b"', id="low"),
        pytest.param('"\\ude00\\ud83d"', id="swapped"),
        pytest.param('{"\\uD800":1}', id="member-name"),
    ],
)
async def test_lone_surrogate_is_refused(dialogue: Dialogue, peer: Peer, literal: str) -> None:
    peer = await dialogue.unchanged(peer, peer.send_text(assigning(literal)))
    again = await dialogue.reconnect(peer)
    await again.in_sync()


@case("events-lone-surrogate")
async def test_escaped_surrogate_pair_is_one_character(peer: Peer) -> None:
    await peer.send_text(assigning('"\\ud83d\\ude00"'))
    expect.equal((await peer.in_sync())["anything"], "😀", "the attribute anything")


@case("events-duplicate-members")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(assigning('{"a":1,"a":2}'), id="in-a-value"),
        pytest.param(
            '{"type":"_ACTION:TESTEE","data":'
            '{"type":"assign","name":"text","name":"anything","value":1}}',
            id="in-the-data",
        ),
        pytest.param(
            '{"type":"_GET:TESTEE","type":"_ACTION:TESTEE","data":'
            '{"type":"assign","name":"anything","value":1}}',
            id="in-the-envelope",
        ),
    ],
)
async def test_duplicate_member_is_refused(dialogue: Dialogue, peer: Peer, text: str) -> None:
    await dialogue.unchanged(peer, peer.send_text(text))


@case("events-strings")
@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param("nul \x00 in it", id="nul"),
        pytest.param("\t\n\r\x1b\x7f\x85", id="controls"),
        pytest.param("\"\\/'`${}", id="quotes"),
        pytest.param("e\u0301 \u00e9", id="not-normalised"),
        pytest.param("\u2028\u2029\ufeff", id="separators"),
        pytest.param("\ufffe\uffff\U0010ffff", id="unassigned"),
        pytest.param("😀👩\u200d👩\u200d👧", id="astral"),
        pytest.param("\u202eabc", id="right-to-left"),
    ],
)
async def test_string_is_kept_exactly(peer: Peer, value: str) -> None:
    await peer.assign("text", value)
    expect.equal((await peer.in_sync())["text"], value, "the attribute text")


@case("events-member-names")
@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a/b",
        "m~n",
        "~0",
        "~1",
        "/",
        "0",
        "-",
        "é",
        "__proto__",
        "constructor",
        "__class__",
        "\x00",
    ],
    ids=repr,
)
async def test_member_name_is_kept_exactly(peer: Peer, name: str) -> None:
    await peer.assign("table", {name: 1, "other": {name: 1}})
    await peer.assign("table", {name: 2, "other": {name: 2, "more": 0}})
    state = await peer.in_sync()
    expect.equal(state["table"], {name: 2, "other": {name: 2, "more": 0}}, "the attribute table")


@case("events-integers")
@pytest.mark.parametrize("value", [2**53 - 1, -(2**53 - 1), 2**31, -1, 0])
async def test_integer_is_kept_exactly(peer: Peer, value: int) -> None:
    await peer.assign("number", value)
    expect.equal((await peer.in_sync())["number"], value, "the attribute number")


TYPED: list[JSON] = [
    True, False, 1, 0, 1.5, -0.5, 1e-7, "1", "", None, [], {}, [[]], {"a": None},
]  # fmt: skip


@case("events-json-types")
@pytest.mark.parametrize("value", TYPED, ids=compact)
async def test_type_of_a_value_is_kept(peer: Peer, value: JSON) -> None:
    await peer.assign("anything", [value])
    expect.equal((await peer.in_sync())["anything"], [value], "the attribute anything")


@case("events-depth")
async def test_value_of_64_levels_is_accepted(peer: Peer) -> None:
    value = nested(64)
    await peer.assign("anything", value)
    expect.equal((await peer.in_sync())["anything"], value, "the attribute anything")


@case("events-depth-limit")
@pytest.mark.parametrize(
    "literal",
    [
        pytest.param("[" * DEEP + "]" * DEEP, id="arrays"),
        pytest.param('{"a":' * DEEP + "1" + "}" * DEEP, id="objects"),
    ],
)
async def test_frame_that_is_too_deep_is_survived(
    dialogue: Dialogue, peer: Peer, literal: str
) -> None:
    await dialogue.unchanged(peer, peer.send_text(assigning(literal)))
