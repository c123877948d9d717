"""Cases for spec/events.md: what a client reads, keeps, ignores and refuses."""

from __future__ import annotations

import json

import pytest

from conformance.client_mode.client_under_test import START, ClientUnderTest
from conformance.driver import expect
from conformance.protocol.wire import Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


ASSIGN = {"type": "assign", "name": "text", "value": "lost"}

UNKNOWN = [
    Event("_NEW:TESTEE", {"text": "lost"}),
    Event("_NEW"),
    Event(""),
    Event("_SET", {"text": "lost"}),
    Event("_PATCH", [{"op": "replace", "path": "/text", "value": "lost"}]),
    Event("_ACTION", ASSIGN),
    Event("_TOAST:TESTEE", {"message": "x", "type": "info"}),
    Event("toString"),
    Event("__proto__"),
    Event("constructor", {}),
    Event("_set:TESTEE", {"text": "lost"}),
    Event("mine", {"a": 1}),
    Event("SET:TESTEE", {"text": "lost"}),
    Event("_SET TESTEE", {"text": "lost"}),
]

VALUES = {
    "plain": "text",
    "empty": "",
    "nul": "a\0b",
    "emoji": "\U0001f600 e\u0301",
    "quotes": '"\\/\b\f\n\r\t',
    "separators": "\u2028\u2029\ufeff",
    "unassigned": "\ufdd0\U0010ffff",
    "long": "ä" * 100_000,
}

NAMES = [
    "",
    " ",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "toString",
    "length",
    "a/b",
    "~",
    "é",
]

LITERALS = {
    "nan": "NaN",
    "infinity": "Infinity",
    "minus-infinity": "-Infinity",
    "too-large": "1e400",
    "surrogate": '"\\ud800"',
    "half-pair": '"\\udc00\\ud83d"',
}


@case("events-envelope")
async def test_client_sends_every_event_as_an_object_with_a_type(guest: ClientUnderTest) -> None:
    await guest.act("fetchState")
    await guest.act("sendState")
    await guest.assign("text", "x")
    await guest.act("call", name="one", arguments={"a": [1]})
    since = await guest.act("call", name="two", arguments={})
    expect.equal(guest.events("_ACTION:TESTEE", since)[0], {"type": "two"}, "the call")


@case("events-strict-json")
@pytest.mark.parametrize("value", [1e308, -0.0, 5e-324, 2**53 - 1, "\u2028</script>\0", [[]]])
async def test_client_sends_values_as_json(guest: ClientUnderTest, value: object) -> None:
    await guest.assign("anything", value)
    expect.equal(guest.attribute("anything"), value, "the attribute after the client's patch")
    await guest.agrees()


@case("events-data-absent")
async def test_client_reads_absent_data_as_null(guest: ClientUnderTest) -> None:
    since = guest.mark()
    await guest.illegal("_GET:TESTEE")
    await guest.next("_SET:TESTEE", since=since)
    await guest.illegal("_ACTION:TESTEE")
    await guest.illegal("_SET:TESTEE")
    await guest.alive()


@case("events-extra-members")
async def test_client_ignores_members_of_the_envelope_that_it_does_not_know(
    guest: ClientUnderTest,
) -> None:
    wanted = {**START, "text": "kept"}
    envelope = {"type": "_SET:TESTEE", "data": wanted, "rev": 5, "id": [1]}
    await guest.text(json.dumps(envelope))
    await guest.fence()
    await guest.holds(wanted)


@case("events-type-string")
@pytest.mark.parametrize("type", [None, 5, True, ["_SET:TESTEE"], {"_SET:TESTEE": 1}])
async def test_event_whose_type_is_no_string_is_none(guest: ClientUnderTest, type: object) -> None:
    await guest.text(json.dumps({"type": type, "data": {**START, "text": "lost"}}))
    await guest.text(json.dumps({"data": {**START, "text": "lost"}}))
    await guest.alive()
    await guest.holds()


@case("events-key")
@pytest.mark.parametrize(
    "key", ["", ":TESTEE", "TESTEE:", "TESTEE:x", "x/TESTEE", "testee", " TESTEE"]
)
async def test_client_takes_everything_behind_the_colon_as_the_key(
    guest: ClientUnderTest, key: str
) -> None:
    await guest.illegal(f"_SET:{key}", {**START, "text": "lost"})
    await guest.illegal(f"_PATCH:{key}", [{"op": "replace", "path": "/text", "value": "lost"}])
    await guest.illegal(f"_ACTION:{key}", ASSIGN)
    await guest.fence()
    await guest.holds()


@case("events-unknown-type")
@pytest.mark.parametrize("event", UNKNOWN, ids=lambda event: f"{event.type or 'empty'}")
async def test_unknown_event_is_ignored(guest: ClientUnderTest, event: Event) -> None:
    await guest.illegal(event.type, event.data)
    await guest.alive()
    await guest.holds()


@case("events-unknown-key")
async def test_event_of_an_unknown_key_is_ignored(guest: ClientUnderTest) -> None:
    for name, data in (
        ("_GET", {}),
        ("_PATCH", [{"op": "replace", "path": "/text", "value": "lost"}]),
        ("_ACTION", ASSIGN),
        ("_SET", {"text": "lost"}),
    ):
        await guest.illegal(f"{name}:NOWHERE", data)
        await guest.alive()
    await guest.holds()


@case("events-direction-client")
@pytest.mark.parametrize(
    "event",
    [
        Event("_TASK_START:TESTEE", ASSIGN),
        Event("_TASK_CANCEL:TESTEE", ASSIGN),
        Event("_USER_SESSION", {"user": "a", "session": "b"}),
    ],
    ids=lambda event: event.type,
)
async def test_event_that_only_clients_send_is_ignored(
    guest: ClientUnderTest, event: Event
) -> None:
    since = guest.mark()
    await guest.illegal(event.type, event.data)
    await guest.alive()
    await guest.holds()
    expect.equal(guest.patches(since), [], "patches for an event that only clients send")


@case("events-not-finite")
@pytest.mark.parametrize(
    "literal", [n for n in LITERALS if "surrogate" not in n and n != "half-pair"]
)
async def test_frame_with_a_number_that_is_none_is_refused(
    guest: ClientUnderTest, literal: str
) -> None:
    await refused(guest, LITERALS[literal])


@case("events-lone-surrogate")
@pytest.mark.parametrize("literal", ["surrogate", "half-pair"])
async def test_frame_with_half_a_surrogate_pair_is_refused(
    guest: ClientUnderTest, literal: str
) -> None:
    await refused(guest, LITERALS[literal])


async def refused(guest: ClientUnderTest, literal: str) -> None:
    """Demand that a value in a patch and in a state has no effect."""
    guest.answers = False
    patch = f'[{{"op":"replace","path":"/anything","value":{literal}}}]'
    await guest.text(f'{{"type":"_PATCH:TESTEE","data":{patch}}}')
    state = json.dumps(START).replace('"anything": null', f'"anything":[{literal}]')
    await guest.text(f'{{"type":"_SET:TESTEE","data":{state}}}')
    await guest.fence()
    await guest.holds()


@case("events-duplicate-members")
async def test_frame_with_two_members_of_one_name_is_refused(guest: ClientUnderTest) -> None:
    state = json.dumps(START).replace('"text": ""', '"text":"first","text":"second"')
    await guest.text(f'{{"type":"_SET:TESTEE","data":{state}}}')
    await guest.fence()
    await guest.holds()


@case("events-strings")
@pytest.mark.parametrize("value", VALUES)
async def test_client_keeps_strings_as_they_came(guest: ClientUnderTest, value: str) -> None:
    await guest.set(text=VALUES[value])
    await guest.holds()
    await guest.patch({"op": "replace", "path": "/anything", "value": VALUES[value] + "!"})
    await guest.holds()


@case("events-member-names")
async def test_client_keeps_the_names_of_members(guest: ClientUnderTest) -> None:
    table = {name: {name: number} for number, name in enumerate(NAMES)}
    await guest.set(table=table)
    await guest.holds()
    await guest.assign("anything", table)
    expect.equal(guest.attribute("anything"), table, "the attribute after the client's patch")


@case("events-integers")
@pytest.mark.parametrize("number", [2**53 - 1, -(2**53) + 1, 2**31, 0, -1])
async def test_client_keeps_integers_exactly(guest: ClientUnderTest, number: int) -> None:
    await guest.set(number=number)
    await guest.holds()
    await guest.assign("anything", [number])
    expect.equal(guest.attribute("anything"), [number], "the attribute after the client's patch")


@case("events-json-types")
async def test_client_keeps_the_types_of_values(guest: ClientUnderTest) -> None:
    values = [True, 1, 0, False, "", None, "1", [], {}, "null", 1.5, {"a": None}]
    await guest.set(anything=values)
    await guest.holds()
    for value in values:
        await guest.assign("anything", value)
        expect.equal(guest.attribute("anything"), value, "the attribute after the client's patch")
    await guest.agrees()


@case("events-depth")
async def test_client_takes_values_of_64_levels(guest: ClientUnderTest) -> None:
    value: object = 1
    for level in range(64):
        value = [value] if level % 2 else {"a": value}
    await guest.set(anything=value)
    await guest.holds()


@case("events-depth-limit")
async def test_client_survives_a_frame_that_is_nested_too_deeply(guest: ClientUnderTest) -> None:
    guest.answers = False
    await guest.text('{"type":"_NEW","data":' + "[" * 100_000 + "]" * 100_000 + "}")
    await guest.alive()
    await guest.holds()
