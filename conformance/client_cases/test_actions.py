"""Cases for spec/actions.md: calls in both directions."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import ClientUnderTest, call
from conformance.driver import expect
from conformance.protocol.wire import JSON, Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


MALFORMED: dict[str, JSON] = {
    "null": None, "array": [], "string": "assign", "no-type": {}, "type-null": {"type": None},
    "type-array": {"type": ["assign"], "name": "text", "value": "lost"}, "type-number": {"type": 5},
}  # fmt: skip


@case("actions-shape")
async def test_client_sends_calls_with_their_arguments_in_order(guest: ClientUnderTest) -> None:
    arguments = {"a": [1, None], "b/c": {"": True}, "text": "\u00fc", "name": "x", "arguments": {}}
    since = guest.mark()
    for number in range(5):
        guest.write(call("call", name=f"call-{number}", arguments=arguments))
    await guest.fence()
    wanted = [{"type": f"call-{number}", **arguments} for number in range(5)]
    expect.equal(guest.events("_ACTION:TESTEE", since)[:5], wanted, "the calls")


@case("actions-deliver")
async def test_client_runs_its_action_once_with_its_arguments(guest: ClientUnderTest) -> None:
    value = {"a/b": [1, {"": None}], "type": "assign"}
    since = await guest.assign("anything", value)
    expect.equal(len(guest.patches(since)), 1, "how many patches one call makes")
    await guest.holds(anything=value)


@case("actions-deliver")
async def test_other_action_reaches_the_application_unchanged(guest: ClientUnderTest) -> None:
    data = {"type": "refresh", "a": [1, None], "b/c": {"": True}, "type ": "x"}
    await guest.at_once(Event("_ACTION:TESTEE", data))
    await guest.holds(anything={"action": data})


@case("actions-unknown")
@pytest.mark.parametrize(
    "name", ["nothing", "", "__proto__", "constructor", "__class__", "toString"]
)
async def test_unknown_action_changes_nothing_else(guest: ClientUnderTest, name: str) -> None:
    await guest.set(text="kept")
    await guest.illegal("_ACTION:TESTEE", {"type": name})
    await guest.alive()
    await guest.holds(anything={"action": {"type": name}})


@case("actions-malformed")
@pytest.mark.parametrize("data", MALFORMED)
async def test_call_of_wrong_shape_is_refused(guest: ClientUnderTest, data: str) -> None:
    await guest.illegal("_ACTION:TESTEE", MALFORMED[data])
    await guest.alive()
    await guest.holds()


@case("actions-error")
async def test_failure_inside_of_an_action_keeps_the_connection_open(
    guest: ClientUnderTest,
) -> None:
    operations = [
        {"op": "replace", "path": "/text", "value": "half"},
        {"op": "remove", "path": "/table/nothing"},
    ]
    await guest.illegal("_ACTION:TESTEE", {"type": "edit", "operations": operations})
    await guest.alive()
    await guest.assign("text", "behind it")
    await guest.holds(text="behind it")
