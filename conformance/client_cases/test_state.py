"""Cases for spec/state.md: a client's copy, its edits, and the state that it asks for."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import KEY, START, ClientUnderTest, call, member
from conformance.driver import expect
from conformance.errors import Kind
from conformance.protocol.display import show_json
from conformance.protocol.wire import Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


BROKEN = {
    "missing-member": {"op": "replace", "path": "/table/nothing", "value": 1},
    "missing-element": {"op": "remove", "path": "/items/3"},
    "test-that-fails": {"op": "test", "path": "/number", "value": 5},
    "no-operation": {"op": "upsert", "path": "/text", "value": ""},
}


@case("state-set-replaces")
async def test_client_replaces_its_whole_copy(client: ClientUnderTest) -> None:
    await client.set(table={"old": {"a": 1}}, items=[1, 2, 3], text="old")
    await client.set(table={"new": {"b": 1}}, items=[])
    await client.holds()


@case("state-set-replaces")
async def test_client_replaces_a_copy_that_it_has_written_to(client: ClientUnderTest) -> None:
    await client.assign("table", {"mine": 1})
    await client.set(table={"theirs": 1})
    await client.holds(table={"theirs": 1})


@case("state-get")
async def test_client_answers_with_its_state_once(client: ClientUnderTest) -> None:
    await client.set(items=[{"a": [None]}], text="asked")
    await client.holds()
    since = client.mark()
    await client.reported()
    await client.fence()
    answers = client.events(f"_SET:{KEY}", since)
    expect.equal(len(answers), 1, "the number of answers to one _GET")


@case("state-get-data")
@pytest.mark.parametrize("data", [None, [], "x", {"a": 1}], ids=["null", "array", "text", "object"])
async def test_client_answers_whatever_the_data_is(client: ClientUnderTest, data: object) -> None:
    since = client.mark()
    await client.illegal(f"_GET:{KEY}", data)
    await client.next(f"_SET:{KEY}", since=since, what="the answer to _GET:TESTEE")


@case("state-get")
async def test_client_sends_its_state_with_what_was_not_sent(client: ClientUnderTest) -> None:
    await client.act("assignQuietly", name="text", value="quiet")
    since = await client.act("sendState")
    states = client.events(f"_SET:{KEY}", since)
    expect.equal(states, [{**START, "text": "quiet"}], "the state that the client sends")


@case("state-ask-again")
@pytest.mark.parametrize("broken", BROKEN)
async def test_client_asks_for_the_state_when_a_patch_does_not_fit(
    client: ClientUnderTest, broken: str
) -> None:
    await client.set(items=[1], text="kept")
    client.answers = False
    first = {"op": "replace", "path": "/text", "value": "half"}
    await client.illegal(f"_PATCH:{KEY}", [first, BROKEN[broken]])
    await client.fence()
    asked, held, reported = client.asked, client.state, await client.reported()
    expect.true(
        asked,
        expected="_GET:TESTEE after a patch that can't be applied",
        received="none before the answer to a later event",
        kind=Kind.MISSING_EVENT,
        event=f"_GET:{KEY}",
    )
    expect.equal(reported, held, "the client's state")


@case("state-ask-again")
async def test_client_recovers_by_the_state_that_it_asked_for(client: ClientUnderTest) -> None:
    await client.illegal(f"_PATCH:{KEY}", [{"op": "remove", "path": "/items/7"}])
    await client.fence()
    await client.patch({"op": "add", "path": "/items/-", "value": "after"})
    await client.holds(items=["after"])


@case("state-ask-again")
async def test_client_asks_for_the_state_when_it_is_told_to(client: ClientUnderTest) -> None:
    since = await client.act("fetchState")
    asked = client.events(f"_GET:{KEY}", since)
    expect.equal(len(asked), 1, "the number of _GET:TESTEE that the client sends for fetchState")


@case("state-client-base")
async def test_client_sends_no_patch_before_the_state_of_a_connection(
    client: ClientUnderTest,
) -> None:
    await client.set(items=["a", "b"])
    state = client.state
    await client.connection.cut()
    await client.returned()
    client.write(call("edit", operations=[{"op": "remove", "path": "/items/0"}]))
    await client.fence()
    # A patch before the state of this connection is judged when it arrives.
    await client.at_once(Event(f"_SET:{KEY}", {**state, "items": ["new", "a", "b"]}))
    await client.agrees()


@case("state-client-patch")
async def test_client_sends_no_edit_against_a_base_that_has_changed(
    client: ClientUnderTest,
) -> None:
    await client.set(items=["a", "b", "c"], table={"x": {"y": 1}})
    await client.act("assignQuietly", name="items", value=["a", "b", "c", "d"])
    await client.act("assignQuietly", name="table", value={"x": {"y": 2}})
    state = {**client.state, "items": [], "table": {}}
    await client.connection.cut()
    await client.back(state)
    await client.agrees()


@case("state-client-patch")
@pytest.mark.parametrize("code", [1000, 1011, None], ids=["normal", "error", "abrupt"])
async def test_client_agrees_after_a_reconnect_with_another_state(
    client: ClientUnderTest, code: int | None
) -> None:
    await client.assign("text", "before")
    state = {**client.state, "text": "changed meanwhile", "items": [1]}
    await (client.connection.cut() if code is None else client.connection.end(code))
    await client.back(state)
    await client.holds(state, requirement="state-set-replaces")
    await client.assign("number", 1)
    await client.agrees()


@case("state-client-patch")
async def test_client_keeps_what_came_when_it_sends_a_quiet_edit(client: ClientUnderTest) -> None:
    await client.set(items=["a", "b"])
    await client.act("assignQuietly", name="text", value="mine")
    await client.patch({"op": "add", "path": "/items/0", "value": "theirs"})
    await client.agrees()
    await client.holds(items=["theirs", "a", "b"], text="mine")


@case("state-client-patch")
async def test_client_sends_the_element_that_it_changed_behind_one_that_came(
    client: ClientUnderTest,
) -> None:
    await client.set(items=[{"n": 1}, {"n": 2}])
    await client.act("assignQuietly", name="items", value=[{"n": 1}, {"n": "mine"}])
    await client.patch({"op": "add", "path": "/items/0", "value": {"n": 0}})
    await client.agrees()


@case("state-client-patch")
async def test_client_sends_nothing_against_a_copy_that_it_could_not_patch(
    client: ClientUnderTest,
) -> None:
    await client.set(items=["a"])
    client.answers = False
    await client.illegal(f"_PATCH:{KEY}", [{"op": "remove", "path": "/items/7"}])
    await client.assign("text", "edited meanwhile")
    client.answers = True
    await client.at_once(
        Event(f"_SET:{KEY}", {**START, "items": ["b"], "text": client.attribute("text")})
    )
    await client.agrees()


@case("state-client-patch")
async def test_state_that_the_client_has_sent_is_the_base_of_its_next_patch(
    client: ClientUnderTest,
) -> None:
    await client.act("assignQuietly", name="items", value=["once"])
    await client.act("sendState")
    await client.act("publish")
    expect.equal(client.attribute("items"), ["once"], "the items after all patches of the client")
    await client.agrees()


KEPT = {"changed": ["a", "B", "c"], "removed": ["a", "c"], "inserted": ["a", "b", "+", "c"]}
"""The user's edits of a, b, c."""


@case("state-client-kept")
@pytest.mark.parametrize("edited", KEPT)
@pytest.mark.parametrize("where", ["another-connection", "same-connection"])
async def test_client_that_keeps_an_edit_changes_nothing_else(
    client: ClientUnderTest, edited: str, where: str
) -> None:
    await client.set(items=["a", "b", "c"])
    await client.act("assignQuietly", name="items", value=KEPT[edited])
    state = {**START, "items": ["in front", "a", "b", "c"]}
    if where == "another-connection":
        await client.connection.cut()
        await client.back(state)
    else:
        await client.at_once(Event(f"_SET:{KEY}", state))
    await client.act("publish")
    items = member(await client.reported(), "items")
    expect.true(
        isinstance(items, list) and {"a", "c"} <= {item for item in items if type(item) is str},
        expected='"a" and "c", which the user has not edited, among the items',
        received=show_json(items),
    )
