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
async def test_client_sends_calls_with_their_arguments_in_order(client: ClientUnderTest) -> None:
    arguments = {"a": [1, None], "b/c": {"": True}, "text": "\u00fc", "name": "x", "arguments": {}}
    since = client.mark()
    for number in range(5):
        client.write(call("call", name=f"call-{number}", arguments=arguments))
    await client.fence()
    wanted = [{"type": f"call-{number}", **arguments} for number in range(5)]
    expect.equal(client.events("_ACTION:TESTEE", since)[:5], wanted, "the calls")


@case("actions-deliver")
async def test_client_runs_its_action_once_with_its_arguments(client: ClientUnderTest) -> None:
    value = {"a/b": [1, {"": None}], "type": "assign"}
    since = await client.assign("anything", value)
    expect.equal(len(client.patches(since)), 1, "the number of patches for one call")
    await client.holds(anything=value)


@case("actions-deliver")
async def test_other_action_reaches_the_application_unchanged(client: ClientUnderTest) -> None:
    data = {"type": "refresh", "a": [1, None], "b/c": {"": True}, "type ": "x"}
    await client.at_once(Event("_ACTION:TESTEE", data))
    await client.holds(anything={"action": data})


@case("actions-unknown")
@pytest.mark.parametrize(
    "name", ["nothing", "", "__proto__", "constructor", "__class__", "toString"]
)
async def test_unknown_action_changes_nothing_else(client: ClientUnderTest, name: str) -> None:
    await client.set(text="kept")
    await client.illegal("_ACTION:TESTEE", {"type": name})
    await client.alive()
    await client.holds(anything={"action": {"type": name}})


@case("actions-malformed")
@pytest.mark.parametrize("data", MALFORMED)
async def test_call_of_wrong_shape_is_refused(client: ClientUnderTest, data: str) -> None:
    await client.ignores("_ACTION:TESTEE", MALFORMED[data])


@case("actions-error")
async def test_failure_inside_of_an_action_keeps_the_connection_open(
    client: ClientUnderTest,
) -> None:
    operations = [
        {"op": "replace", "path": "/text", "value": "half"},
        {"op": "remove", "path": "/table/nothing"},
    ]
    await client.illegal("_ACTION:TESTEE", {"type": "edit", "operations": operations})
    await client.alive()
    await client.assign("text", "behind it")
    await client.holds(text="behind it")
