"""Cases for spec/actions.md: calls in both directions."""

from __future__ import annotations

import secrets

import pytest

from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.protocol.wire import JSON
from conformance.runner.case import case

UNKNOWN = f"no-{secrets.token_hex(4)}"

MALFORMED: dict[str, JSON] = {
    "null": None,
    "array": ["reset"],
    "string": "reset",
    "number": 5,
    "no-type": {"name": "text", "value": "lost"},
    "type-null": {"type": None},
    "type-number": {"type": 5},
    "type-array": {"type": ["reset"]},
    "type-object": {"type": {"reset": 1}},
}


@case("actions-call")
async def test_action_has_an_effect(peer: Peer) -> None:
    await peer.assign("text", "done")
    expect.equal((await peer.get())["text"], "done", "the attribute text")


@case("actions-call")
async def test_action_is_run_with_its_arguments(peer: Peer) -> None:
    value = {"any": ["JSON", 1, None, {"": True}]}
    await peer.assign("anything", value)
    expect.equal((await peer.in_sync())["anything"], value, "the attribute anything")


@case("actions-call")
async def test_arguments_may_stand_in_any_order(peer: Peer) -> None:
    await peer.connection.send("_ACTION:TESTEE", {"value": 5, "name": "number", "type": "assign"})
    expect.equal((await peer.in_sync())["number"], 5, "the attribute number")


@case("actions-call")
async def test_same_name_on_another_key_is_another_action(peer: Peer) -> None:
    await peer.assign("value", 5, key="SECOND")
    expect.equal(await peer.get("SECOND"), {"value": 5}, "the state of SECOND")


@case("actions-once")
async def test_action_is_run_once_for_each_call(peer: Peer) -> None:
    for _ in range(5):
        await peer.action("burst", count=1)
    expect.equal((await peer.in_sync())["number"], 5, "the attribute number")


@case("actions-unknown")
@pytest.mark.parametrize("key", ["TESTEE", "SECOND"])
async def test_unknown_action_is_ignored(peer: Peer, key: str) -> None:
    await peer.ignores(peer.action(UNKNOWN, key=key, name="value", value=1), key=key)


@case("actions-unknown")
@pytest.mark.parametrize("name", ["burst", "reset", "publish", "assignMany"])
async def test_action_of_one_key_is_unknown_to_another(peer: Peer, name: str) -> None:
    await peer.assign("text", "kept")
    await peer.fence()
    await peer.assign("value", 5, key="SECOND")
    await peer.fence("SECOND")  # a sync may be a `_SET`, which must not count as an answer
    await peer.action("assignQuietly", name="number", value=7)
    before = [await peer.get(), await peer.get("SECOND")]
    await peer.action(name, key="SECOND", count=1, values={"text": "lost"})
    await peer.alive()
    after = [await peer.get(), await peer.get("SECOND")]
    expect.equal(after, before, "the states of TESTEE and SECOND")


@case("actions-malformed")
@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
async def test_call_of_wrong_shape_is_refused(peer: Peer, data: JSON) -> None:
    await peer.assign("text", "kept")
    await peer.ignores(peer.send_illegal("_ACTION:TESTEE", data))


async def types_after_unsynced_change(peer: Peer, name: str) -> list[str]:
    """The types of the events after a call of a name, while a change is not synced yet."""
    await peer.action("assignQuietly", name="text", value=f"before {name}")
    await peer.fence()
    mark = peer.mark()
    await peer.action(name)
    await peer.alive()
    return peer.types(mark)


@case("actions-private")
@pytest.mark.parametrize(
    "name", ["sync", "__init__", "__class__", "text", "close", "on_connect", "toString", ""]
)
async def test_what_is_no_action_is_not_run(peer: Peer, name: str) -> None:
    usual = await types_after_unsynced_change(peer, UNKNOWN)  # a server may sync at any time
    told = await types_after_unsynced_change(peer, name)
    expect.equal(told, usual, "the events after the call, as after a call of an unknown name")
    expect.equal((await peer.get())["text"], f"before {name}", "the attribute text")


@case("actions-arguments", needs="typed-arguments")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="missing"),
        pytest.param({"label": "x"}, id="missing-beside-another"),
        pytest.param({"count": "three"}, id="text"),
        pytest.param({"count": None}, id="null"),
        pytest.param({"count": []}, id="array"),
        pytest.param({"count": {}}, id="object"),
        pytest.param({"count": 1.5}, id="fraction"),
        pytest.param({"count": 1, "label": ["x"]}, id="second-argument"),
    ],
)
async def test_bad_argument_is_refused(dialogue: Dialogue, peer: Peer, arguments: JSON) -> None:
    await peer.action("typed", count=3, label="taken")
    state = await peer.get()
    expect.equal(state["anything"], {"count": 3, "label": "taken"}, "the attribute anything")
    await dialogue.unchanged(peer, peer.action("typed", **arguments))


@case("actions-default", needs="typed-arguments")
async def test_argument_left_out_has_its_default(peer: Peer) -> None:
    await peer.action("typed", count=3)
    state = await peer.in_sync()
    expect.equal(state["anything"], {"count": 3, "label": "none"}, "the attribute anything")


@case("actions-extra-arguments")
async def test_unknown_argument_is_ignored(dialogue: Dialogue, peer: Peer) -> None:
    await peer.action("assign", name="text", value="taken", unknown=1)
    state = await (await dialogue.resume(peer)).get()
    expect.equal(state["text"], "taken", "the attribute text")


@case("actions-error", needs="errors")
async def test_failure_keeps_the_connection_open(peer: Peer) -> None:
    await peer.ignores(peer.action("fail", message="on purpose"))


@case("actions-error", needs="errors")
async def test_action_behind_a_failure_is_run(peer: Peer) -> None:
    await peer.action("fail", message="on purpose")
    await peer.assign("text", "behind it")
    await peer.alive()
    expect.equal((await peer.in_sync())["text"], "behind it", "the attribute text")


@case("actions-error-private", needs="errors")
async def test_failure_is_not_told_to_the_client(dialogue: Dialogue, peer: Peer) -> None:
    secret = f"secret-{secrets.token_hex(4)}"
    await peer.action("fail", message=secret)
    await dialogue.resume(peer)
    told = [
        entry.line()
        for entry in dialogue.trace.entries
        if entry.direction != "sent"
        and (secret in str(entry.payload) or "Traceback" in str(entry.payload))
    ]
    expect.equal(told, [], "frames that contain the text of the failure")


@case("actions-to-client", needs="client-actions")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="none"),
        pytest.param({"a": 1, "b": [None, {"": "é😀"}], "c": {"type": "inner"}}, id="several"),
        pytest.param({"a/b": "~", "data": 5, "": False}, id="odd-names"),
    ],
)
async def test_action_of_the_client_is_called(peer: Peer, arguments: JSON) -> None:
    mark = peer.mark()
    await peer.action("callBack", name="ring", arguments=arguments)
    call = await peer.next("_ACTION:TESTEE", since=mark)
    expect.equal(call.event.data, {"type": "ring", **arguments}, "the data of the call")


@case("actions-shape", needs="client-actions")
async def test_calls_of_the_client_are_well_formed_and_in_order(peer: Peer) -> None:
    mark = peer.mark()
    for number in range(10):
        await peer.action("callBack", name="ring", arguments={"number": number})
    await peer.fence()
    numbers = [call.get("number") for call in peer.events("_ACTION:TESTEE", mark)]
    expect.equal(numbers, list(range(10)), "the numbers of the calls")
