"""Cases for spec/events.md: events that a client reads, ignores and refuses."""

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
async def test_client_sends_every_event_as_an_object_with_a_type(client: ClientUnderTest) -> None:
    await client.act("fetchState")
    await client.act("sendState")
    await client.assign("text", "x")
    await client.act("call", name="one", arguments={"a": [1]})
    since = await client.act("call", name="two", arguments={})
    expect.equal(client.events("_ACTION:TESTEE", since)[0], {"type": "two"}, "the call")


@case("events-strict-json")
@pytest.mark.parametrize("value", [1e308, -0.0, 5e-324, 2**53 - 1, "\u2028</script>\0", [[]]])
async def test_client_sends_values_as_json(client: ClientUnderTest, value: object) -> None:
    await client.assign("anything", value)
    expect.equal(client.attribute("anything"), value, "the attribute after the client's patch")
    await client.agrees()


@case("events-data-absent")
async def test_client_reads_absent_data_as_null(client: ClientUnderTest) -> None:
    since = client.mark()
    await client.illegal("_GET:TESTEE")
    await client.next("_SET:TESTEE", since=since)
    await client.illegal("_ACTION:TESTEE")
    await client.illegal("_SET:TESTEE")
    await client.alive()


@case("events-extra-members")
async def test_client_ignores_members_of_the_envelope_that_it_does_not_know(
    client: ClientUnderTest,
) -> None:
    wanted = {**START, "text": "kept"}
    envelope = {"type": "_SET:TESTEE", "data": wanted, "rev": 5, "id": [1]}
    await client.text(json.dumps(envelope))
    await client.fence()
    await client.holds(wanted)


@case("events-type-string")
@pytest.mark.parametrize("type", [None, 5, True, ["_SET:TESTEE"], {"_SET:TESTEE": 1}])
async def test_event_whose_type_is_no_string_is_none(client: ClientUnderTest, type: object) -> None:
    await client.text(json.dumps({"type": type, "data": {**START, "text": "lost"}}))
    await client.text(json.dumps({"data": {**START, "text": "lost"}}))
    await client.unaffected()


@case("events-key")
@pytest.mark.parametrize(
    "key", ["", ":TESTEE", "TESTEE:", "TESTEE:x", "x/TESTEE", "testee", " TESTEE"]
)
async def test_client_takes_everything_behind_the_colon_as_the_key(
    client: ClientUnderTest, key: str
) -> None:
    await client.illegal(f"_SET:{key}", {**START, "text": "lost"})
    await client.illegal(f"_PATCH:{key}", [{"op": "replace", "path": "/text", "value": "lost"}])
    await client.illegal(f"_ACTION:{key}", ASSIGN)
    await client.fence()
    await client.holds()


@case("events-unknown-type")
@pytest.mark.parametrize("event", UNKNOWN, ids=lambda event: f"{event.type or 'empty'}")
async def test_unknown_event_is_ignored(client: ClientUnderTest, event: Event) -> None:
    await client.ignores(event.type, event.data)


@case("events-unknown-key")
async def test_event_of_an_unknown_key_is_ignored(client: ClientUnderTest) -> None:
    for name, data in (
        ("_GET", {}),
        ("_PATCH", [{"op": "replace", "path": "/text", "value": "lost"}]),
        ("_ACTION", ASSIGN),
        ("_SET", {"text": "lost"}),
    ):
        await client.illegal(f"{name}:NOWHERE", data)
        await client.unaffected()


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
    client: ClientUnderTest, event: Event
) -> None:
    since = client.mark()
    await client.ignores(event.type, event.data)
    expect.equal(client.patches(since), [], "the patches after an event that only clients send")


@case("events-not-finite")
@pytest.mark.parametrize(
    "literal", [n for n in LITERALS if "surrogate" not in n and n != "half-pair"]
)
async def test_frame_with_a_number_that_is_none_is_refused(
    client: ClientUnderTest, literal: str
) -> None:
    await refused(client, LITERALS[literal])


@case("events-lone-surrogate")
@pytest.mark.parametrize("literal", ["surrogate", "half-pair"])
async def test_frame_with_half_a_surrogate_pair_is_refused(
    client: ClientUnderTest, literal: str
) -> None:
    await refused(client, LITERALS[literal])


async def refused(client: ClientUnderTest, literal: str) -> None:
    """Demand that a value has no effect, neither in a patch nor in a state."""
    client.answers = False
    patch = f'[{{"op":"replace","path":"/anything","value":{literal}}}]'
    await client.text(f'{{"type":"_PATCH:TESTEE","data":{patch}}}')
    state = json.dumps(START).replace('"anything": null', f'"anything":[{literal}]')
    await client.text(f'{{"type":"_SET:TESTEE","data":{state}}}')
    await client.fence()
    await client.holds()


@case("events-duplicate-members")
async def test_frame_with_two_members_of_one_name_is_refused(client: ClientUnderTest) -> None:
    state = json.dumps(START).replace('"text": ""', '"text":"first","text":"second"')
    await client.text(f'{{"type":"_SET:TESTEE","data":{state}}}')
    await client.fence()
    await client.holds()


@case("events-strings")
@pytest.mark.parametrize("value", VALUES)
async def test_client_keeps_strings_as_they_came(client: ClientUnderTest, value: str) -> None:
    await client.set(text=VALUES[value])
    await client.holds()
    await client.patch({"op": "replace", "path": "/anything", "value": VALUES[value] + "!"})
    await client.holds()


@case("events-member-names")
async def test_client_keeps_the_names_of_members(client: ClientUnderTest) -> None:
    table = {name: {name: number} for number, name in enumerate(NAMES)}
    await client.set(table=table)
    await client.holds()
    await client.assign("anything", table)
    expect.equal(client.attribute("anything"), table, "the attribute after the client's patch")


@case("events-integers")
@pytest.mark.parametrize("number", [2**53 - 1, -(2**53) + 1, 2**31, 0, -1])
async def test_client_keeps_integers_exactly(client: ClientUnderTest, number: int) -> None:
    await client.set(number=number)
    await client.holds()
    await client.assign("anything", [number])
    expect.equal(client.attribute("anything"), [number], "the attribute after the client's patch")


@case("events-json-types")
async def test_client_keeps_the_types_of_values(client: ClientUnderTest) -> None:
    values = [True, 1, 0, False, "", None, "1", [], {}, "null", 1.5, {"a": None}]
    await client.set(anything=values)
    await client.holds()
    for value in values:
        await client.assign("anything", value)
        expect.equal(client.attribute("anything"), value, "the attribute after the client's patch")
    await client.agrees()


@case("events-depth")
async def test_client_takes_values_of_64_levels(client: ClientUnderTest) -> None:
    value: object = 1
    for level in range(64):
        value = [value] if level % 2 else {"a": value}
    await client.set(anything=value)
    await client.holds()


@case("events-depth-limit")
async def test_client_survives_a_frame_that_is_nested_too_deeply(client: ClientUnderTest) -> None:
    client.answers = False
    await client.text('{"type":"_NEW","data":' + "[" * 100_000 + "]" * 100_000 + "}")
    await client.unaffected()
