"""Cases for spec/state.md: documents, `_SET`, `_GET`, writes and their refusal."""

from __future__ import annotations

import pytest

from conformance.cases.changes import CHANGES, LONG, LONG_CHANGES
from conformance.cases.patches import add, remove, replace
from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.protocol.contract import INITIAL
from conformance.protocol.wire import JSON, same
from conformance.runner.case import case


@case("state-object")
async def test_state_holds_every_attribute(peer: Peer) -> None:
    state = await peer.get()
    expect.equal(sorted(state), sorted([*INITIAL, "features"]), "the attributes of TESTEE")


@case("state-object")
async def test_fresh_state_is_the_initial_one(peer: Peer) -> None:
    state = await peer.get()
    expect.equal({name: state[name] for name in INITIAL}, INITIAL, "the state of a fresh session")


@case("state-attributes-fixed")
async def test_attributes_stay_the_same(dialogue: Dialogue, peer: Peer) -> None:
    before = sorted(await peer.get())
    await peer.action("assignMany", values={"anything": {"text": 1}, "table": {"new": 1}})
    await peer.set({"items": [1]})
    expect.equal(sorted(await peer.get()), before, "the attributes")
    await peer.action("reset")
    expect.equal(sorted(await peer.get()), before, "the attributes")
    expect.equal(sorted((await dialogue.reconnect(peer)).mirror()), before, "the attributes")


@case("state-get")
async def test_get_is_answered(peer: Peer) -> None:
    await peer.get()
    await peer.get("SECOND")


@case("state-get")
async def test_get_is_answered_once(peer: Peer) -> None:
    mark = peer.mark()
    for _ in range(3):
        await peer.send("_GET:TESTEE", {})
    await peer.fence()
    expect.equal(len(peer.events("_SET:TESTEE", mark)), 3, "the number of answers to three _GET")


@case("state-get-data")
@pytest.mark.parametrize(
    "data", [None, 5, "text", [], [1], {"type": "x"}, True], ids=lambda data: repr(data)
)
async def test_get_is_answered_whatever_its_data(peer: Peer, data: JSON) -> None:
    mark = peer.mark()
    await peer.send("_GET:TESTEE", data)
    await peer.fence()
    expect.equal(len(peer.events("_SET:TESTEE", mark)), 1, "the number of answers")


@case("state-get-current")
async def test_answer_holds_changes_that_were_not_synced(peer: Peer) -> None:
    await peer.action("assignQuietly", name="text", value="quiet")
    expect.equal((await peer.get())["text"], "quiet", "the attribute text")


@case("state-get-current")
async def test_answer_holds_derived_attributes(peer: Peer) -> None:
    await peer.patch(replace("/items", [1, 2]))
    state = await peer.get()
    expect.equal([state["items"], state["itemCount"]], [[1, 2], 2], "items and itemCount")


@case("state-get-unannounced", needs="lazy")
async def test_document_that_is_not_announced_can_be_asked_for(peer: Peer) -> None:
    state = await peer.get("LAZY", requirement="state-get-unannounced")
    expect.equal(state, {"value": 0}, "the state of LAZY")


@case("state-unannounced-silent", needs="lazy")
async def test_document_that_is_not_announced_is_silent(peer: Peer) -> None:
    await peer.action("reset")
    await peer.assign("text", "x")
    await peer.fence()
    found = [type_ for type_ in peer.types() if type_.endswith(":LAZY")]
    expect.equal(found, [], "events of LAZY")


@case("state-unannounced-silent", needs="lazy")
async def test_document_is_silent_on_a_connection_that_has_not_asked(
    dialogue: Dialogue, peer: Peer
) -> None:
    await peer.get("LAZY", requirement="state-get-unannounced")
    await peer.patch(replace("/value", 5), key="LAZY")
    await peer.fence()
    again = await dialogue.reconnect(peer)
    await again.action("reset")
    await again.fence()
    found = [type_ for type_ in again.types() if type_.endswith(":LAZY")]
    expect.equal(found, [], "the events of LAZY on the connection that did not ask for it")


@case("connection-state-before-patch", needs="lazy")
async def test_no_patch_of_a_document_that_was_written_and_not_asked_for(peer: Peer) -> None:
    await peer.connection.send("_SET:LAZY", {"value": 5})
    await peer.action("reset")
    await peer.fence()  # a patch before the state is found when it arrives


@case("state-unannounced-followed", needs="lazy")
async def test_document_that_was_asked_for_is_followed(peer: Peer) -> None:
    await peer.get("LAZY", requirement="state-get-unannounced")
    await peer.patch(replace("/value", 5), key="LAZY")
    await peer.action("reset")
    await peer.fence()
    expect.equal(peer.mirror("LAZY"), {"value": 0}, "LAZY in the client's copy after reset")


@case("state-converges")
@pytest.mark.parametrize(("before", "after"), CHANGES)
async def test_client_follows_a_change(peer: Peer, before: JSON, after: JSON) -> None:
    await peer.assign("anything", before)
    await peer.assign("anything", after)
    expect.equal((await peer.in_sync())["anything"], after, "the attribute anything")


@case("state-converges")
@pytest.mark.parametrize("after", LONG_CHANGES)
async def test_client_follows_a_change_of_a_long_array(peer: Peer, after: JSON) -> None:
    await peer.assign("items", LONG)
    await peer.assign("items", after)
    state = await peer.in_sync()
    expect.equal([state["items"], state["itemCount"]], [after, len(after)], "items and itemCount")


@case("state-converges")
async def test_client_follows_every_step_of_a_burst(peer: Peer) -> None:
    for count in (1, 2, 7):
        await peer.action("burst", count=count)
        await peer.fence()
        expect.equal(peer.mirror()["number"], count, "number in the client's copy")
        await peer.assign("number", 0)
    await peer.in_sync()


@case("state-converges")
async def test_client_follows_the_server_behind_its_own_set(peer: Peer) -> None:
    await peer.assign("text", "of the server")
    await peer.fence()
    await peer.set({"text": "of the client"})
    await peer.assign("text", "of the server")
    expect.equal((await peer.in_sync())["text"], "of the server", "the attribute text")


@case("state-converges")
async def test_client_follows_the_server_behind_its_own_patch(peer: Peer) -> None:
    await peer.assign("items", LONG)
    await peer.fence()
    await peer.patch(add("/items/-", "of the client"))
    await peer.assign("items", [*LONG, "of the client", "of the server"])
    await peer.in_sync()


@case("state-converges", needs="tasks")
async def test_client_follows_changes_while_a_task_runs(peer: Peer) -> None:
    await peer.start("wait")
    for number in range(1, 8):
        await peer.assign("number", number)
        await peer.fence()
        expect.equal(peer.mirror()["number"], number, "number in the client's copy")
    await peer.in_sync()


@case("state-converges")
@pytest.mark.parametrize("end", ["takeover", "cut"])
async def test_client_follows_on_a_later_connection(
    dialogue: Dialogue, peer: Peer, end: str
) -> None:
    await peer.assign("items", LONG)
    await peer.fence()
    await peer.action("assignQuietly", name="items", value=[*LONG, "quiet"])
    await peer.fence()
    if end == "cut":
        await peer.connection.cut()
    again = await (dialogue.take_over(peer) if end == "takeover" else dialogue.reconnect(peer))
    await again.alive("session-takeover" if end == "takeover" else None)
    await again.assign("items", [*LONG, "quiet", "later"])
    await again.in_sync()


@case("state-converges")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param(name, arguments, id=name, marks=case("state-converges", needs=feature))
        for name, feature, arguments in [
            ("callBack", "client-actions", {"name": "ring", "arguments": {}}),
            ("notify", "toast", {"message": "hello", "level": "info"}),
            ("sendFile", "download", {"filename": "a", "content": ""}),
            ("sendBytes", "binary", {"metadata": {"type": "n"}, "content": ""}),
        ]
    ],
)
async def test_action_that_sends_something_ends_with_a_sync(
    peer: Peer, name: str, arguments: dict[str, JSON]
) -> None:
    await peer.action("assignQuietly", name="text", value="quiet")
    await peer.connection.send("_ACTION:TESTEE", {**arguments, "type": name})
    await peer.fence()
    expect.equal(peer.mirror()["text"], "quiet", "text in the client's copy")
    await peer.in_sync()


@case("state-converges")
async def test_client_follows_changes_of_several_syncs(peer: Peer) -> None:
    for number in range(30):
        await peer.assign("items", [{"n": n % 4, "of": number} for n in range(number % 7)])
        await peer.action(
            "assignMany", values={"number": number, "table": {str(number % 3): number}}
        )
    state = await peer.in_sync()
    expect.equal([state["number"], state["itemCount"]], [29, 1], "number and itemCount")


@case("state-converges")
async def test_quiet_changes_arrive_with_the_next_sync(peer: Peer) -> None:
    await peer.action("assignQuietly", name="text", value="quiet")
    await peer.action("assignQuietly", name="items", value=[1, 2])
    await peer.action("publish")
    await peer.fence()
    held = peer.mirror()
    expect.equal([held["text"], held["items"], held["itemCount"]], ["quiet", [1, 2], 2], "the copy")
    await peer.in_sync()


@case("state-converges")
async def test_later_assignment_arrives_by_itself(peer: Peer) -> None:
    await peer.action("assignLater", name="text", value="later", afterMs=5)
    await peer.until(lambda state: state["text"] == "later", "text 'later' in the client's copy")
    await peer.in_sync()


@case("state-quiet")
async def test_sync_without_a_change_sends_nothing(peer: Peer) -> None:
    await peer.assign("text", "same")
    await peer.fence()
    mark = peer.mark()
    await peer.action("publish")
    await peer.assign("text", "same")
    await peer.fence()
    expect.equal(peer.types(mark), ["_SET:SECOND"], "only the fence's answer")


@case("state-one-patch")
async def test_changes_of_one_sync_are_one_event(peer: Peer) -> None:
    mark = peer.mark()
    values = {"text": "x", "number": 1, "flag": True, "items": [1], "table": {"a": 1}}
    await peer.action("assignMany", values=values)
    await peer.fence()
    expect.equal(len(peer.types(mark)), 2, "the number of events, the fence's answer included")


@case("state-keys-apart")
async def test_documents_do_not_touch_each_other(peer: Peer) -> None:
    before = await peer.get()
    mark = peer.mark()
    await peer.assign("value", 5, key="SECOND")
    await peer.patch(replace("/value", 6), key="SECOND")
    await peer.set({"value": 7}, key="SECOND")
    await peer.fence("SECOND")
    expect.equal(peer.events("_PATCH:TESTEE", mark), [], "patches of TESTEE")
    expect.equal(await peer.get(), before, "the state of TESTEE")
    expect.equal((await peer.in_sync("SECOND"))["value"], 7, "the value of SECOND")


@case("state-keys-apart", needs="scoped-keys")
async def test_scoped_document_is_written_alone(peer: Peer) -> None:
    await peer.set({"value": {"deep": 1}}, key="scope/NESTED")
    state = await peer.in_sync("scope/NESTED")
    expect.equal(state, {"value": {"deep": 1}}, "the state of scope/NESTED")
    expect.equal(await peer.get("SECOND"), {"value": 0}, "the state of SECOND")


@case("state-set-merges")
async def test_set_of_some_attributes_leaves_the_others(peer: Peer) -> None:
    await peer.action("assignMany", values={"text": "old", "number": 5, "items": [1]})
    await peer.fence()
    await peer.set({"text": "new", "flag": True})
    state = await peer.get()
    found = {name: state[name] for name in ("text", "flag", "number", "items")}
    expect.equal(found, {"text": "new", "flag": True, "number": 5, "items": [1]}, "the attributes")
    await peer.action("publish")
    await peer.in_sync(requirement="state-converges")


@case("state-set-merges")
async def test_set_replaces_the_whole_value_of_an_attribute(peer: Peer) -> None:
    await peer.action("assignMany", values={"table": {"a": 1, "b": {"c": 1}}, "items": [1, 2, 3]})
    await peer.fence()
    await peer.set({"table": {"b": {"d": 2}}, "items": [9]})
    state = await peer.get()
    expect.equal([state["table"], state["items"]], [{"b": {"d": 2}}, [9]], "table and items")


@case("state-set-merges")
async def test_set_of_many_elements_is_taken(peer: Peer) -> None:
    items = list(range(20_000))
    await peer.set({"items": items})
    state = await peer.get()
    expect.equal([state["items"], state["itemCount"]], [items, 20_000], "items and itemCount")


@case("state-set-merges")
async def test_set_of_the_full_copy_is_taken(peer: Peer) -> None:
    await peer.assign("items", ["a"])
    await peer.fence()
    await peer.set({**peer.mirror(), "text": "edited"})
    state = await peer.get()
    expect.equal([state["text"], state["items"]], ["edited", ["a"]], "text and items")


@case("state-set-unknown")
@pytest.mark.parametrize(
    "name", ["nothing", "_secret", "__class__", "__dict__", "assign", "sync", "reset", ""]
)
async def test_set_of_something_else_is_refused(dialogue: Dialogue, peer: Peer, name: str) -> None:
    await peer.set({"text": "kept"})  # the same write without it is accepted
    expect.equal((await peer.get())["text"], "kept", "the attribute text")
    await dialogue.unchanged(
        peer, peer.send_illegal("_SET:TESTEE", {"text": "lost", name: "written"})
    )


@case("state-set-unknown")
@pytest.mark.parametrize("name", ["assign", "sync", "__class__"])
async def test_set_can_not_break_the_object(dialogue: Dialogue, peer: Peer, name: str) -> None:
    await peer.send_illegal("_SET:TESTEE", {name: 5})
    again = await dialogue.reconnect(await dialogue.resume(peer))
    await again.assign("text", "works")
    expect.equal((await again.get())["text"], "works", "the text after another action")


@case("state-set-read-only")
async def test_set_leaves_read_only_attributes(peer: Peer) -> None:
    await peer.set({"itemCount": 99, "text": "taken", "runningTasks": ["count"]})
    state = await peer.get()
    found = [state["text"], state["itemCount"], state["runningTasks"]]
    expect.equal(found, ["taken", 0, []], "text, itemCount and runningTasks")


@case("state-set-malformed")
@pytest.mark.parametrize("data", [None, [], [{"text": "lost"}], "text", 5], ids=repr)
async def test_set_of_wrong_shape_is_refused(dialogue: Dialogue, peer: Peer, data: JSON) -> None:
    await dialogue.unchanged(peer, peer.send_illegal("_SET:TESTEE", data))


async def write_text(peer: Peer, by: str) -> None:
    """Write the text "mine" by `_SET` or by `_PATCH`."""
    if by == "set":
        await peer.set({"text": "mine"})
    else:
        await peer.patch(replace("/text", "mine"))


@case("state-no-echo")
@pytest.mark.parametrize("by", ["set", "patch"])
async def test_written_value_is_not_sent_back(peer: Peer, by: str) -> None:
    mark = peer.mark()
    await write_text(peer, by)
    await peer.action("publish")
    await peer.fence()
    expect.equal(peer.events("_SET:TESTEE", mark), [], "_SET events with the written value")
    sent = [operation for patch in peer.events("_PATCH:TESTEE", mark) for operation in patch]
    echoes = [o for o in sent if o["path"] == "" or o["path"].split("/")[1] == "text"]
    expect.equal(echoes, [], "operations on the written attribute")
    await peer.in_sync(requirement="state-converges")


@case("state-unsynced-kept")
@pytest.mark.parametrize("by", ["set", "patch"])
async def test_write_keeps_unsynced_change_of_another_attribute(peer: Peer, by: str) -> None:
    await peer.action("assignQuietly", name="number", value=777)
    await write_text(peer, by)
    await peer.action("publish")
    state = await peer.in_sync(requirement="state-converges")
    expect.equal([state["number"], state["text"]], [777, "mine"], "number and text")


@case("state-unsynced-kept")
async def test_patch_keeps_unsynced_change_of_another_element(peer: Peer) -> None:
    await peer.assign("items", [{"x": 1}, {"x": 1}])
    await peer.fence()
    await peer.action("assignQuietly", name="items", value=[{"x": 1}, {"x": 777}])
    await peer.patch(replace("/items/0/x", 2))
    await peer.action("publish")
    state = await peer.in_sync(requirement="state-converges")
    expect.equal(state["items"], [{"x": 2}, {"x": 777}], "the attribute items")


@case("state-refused-unchanged")
@pytest.mark.parametrize(
    ("type_", "data"),
    [
        pytest.param("_SET:TESTEE", {"text": "lost", "nothing": 1}, id="set"),
        pytest.param(
            "_PATCH:TESTEE",
            [replace("/text", "lost"), add("/items/-", 1), replace("/nothing", 1)],
            id="patch",
        ),
    ],
)
async def test_refused_write_changes_nothing(
    dialogue: Dialogue, peer: Peer, type_: str, data: JSON
) -> None:
    await dialogue.unchanged(peer, peer.send_illegal(type_, data))


@case("state-refused-resync")
@pytest.mark.parametrize(
    ("type_", "data"),
    [
        pytest.param("_SET:TESTEE", {"text": "lost", "nothing": 1}, id="set"),
        pytest.param("_SET:TESTEE", None, id="set-of-wrong-shape"),
        pytest.param("_PATCH:TESTEE", [add("/items/7", 1)], id="patch"),
        pytest.param("_PATCH:TESTEE", {}, id="patch-of-wrong-shape"),
        pytest.param("_PATCH:TESTEE", [replace("/itemCount", 9)], id="read-only"),
    ],
)
async def test_refused_write_is_answered_with_the_state(peer: Peer, type_: str, data: JSON) -> None:
    state = await peer.get()
    mark = peer.mark()
    await peer.send_illegal(type_, data)
    await peer.fence()
    answers = peer.events("_SET:TESTEE", mark)
    expect.true(answers, expected="_SET:TESTEE as answer", received="no _SET:TESTEE")
    expect.equal(answers[-1], state, "the state in the answer")


@case("state-refused-resync")
async def test_refused_write_to_another_document_is_answered_with_its_state(peer: Peer) -> None:
    mark = peer.mark()
    await peer.send_illegal("_PATCH:SECOND", [remove("/value")])
    await peer.fence("SECOND")
    answers = peer.events("_SET:SECOND", mark)
    expect.true(answers, expected="_SET:SECOND as answer", received="no _SET:SECOND")
    expect.equal(answers[-1], {"value": 0}, "the state in the answer")


@case("state-corrected")
@pytest.mark.parametrize("by", ["set", "patch"])
async def test_derived_attribute_follows_with_the_next_sync(peer: Peer, by: str) -> None:
    if by == "set":
        await peer.set({"items": [1, 2]})
    else:
        for number in (1, 2):
            await peer.patch(add("/items/-", number))
    await peer.action("publish")
    state = await peer.in_sync()
    expect.equal([state["items"], state["itemCount"]], [[1, 2], 2], "items and itemCount")


@case("state-corrected")
async def test_read_only_attribute_in_a_set_is_corrected_with_the_next_sync(peer: Peer) -> None:
    await peer.set({**peer.mirror(), "itemCount": 99})
    await peer.action("publish")
    await peer.in_sync()


@case("state-corrected-at-once")
async def test_derived_attribute_follows_at_once(peer: Peer) -> None:
    await peer.patch(replace("/items", [1, 2, 3]))
    await peer.fence()
    expect.equal(peer.mirror()["itemCount"], 3, "itemCount in the client's copy")


@case("state-corrected-at-once")
async def test_read_only_attribute_in_a_set_is_corrected_at_once(peer: Peer) -> None:
    await peer.set({"itemCount": 99})
    await peer.fence()
    expect.equal(peer.mirror()["itemCount"], 0, "itemCount in the client's copy")


@case("state-crossing")
async def test_write_that_crosses_an_answer_converges_at_rest(peer: Peer) -> None:
    await peer.send("_GET:TESTEE", {})  # the answer has the old text and arrives after the edit
    await peer.patch(replace("/text", "edited"))
    await peer.fence()
    await peer.until(lambda state: state["text"] == "edited", "text 'edited' in the client's copy")


@case("state-crossing")
async def test_crossing_writes_converge_at_rest(peer: Peer) -> None:
    await peer.assign("items", ["a", "b"])
    await peer.fence()
    await peer.assign("items", ["x", "a", "b"])  # the client edits before it has read this
    await peer.patch(replace("/items/0", "A"))
    await peer.until(
        lambda state: same(state["items"], ["A", "a", "b"]),
        'items ["A","a","b"] in the client\'s copy: the edit applied to the server\'s state',
    )
    await peer.in_sync(requirement="state-converges")
