"""Steps that change documents, from both sides, and that ask for them."""

from __future__ import annotations

from conformance.protocol.contract import LAZY, SECOND, TESTEE
from conformance.protocol.wire import Event, same
from conformance.sequences.participant import Participant, call, touched
from conformance.sequences.steps.family import Family, Step

UNKNOWN = "no-such-name-here"
LARGEST_COUNTER = 2**52

family = Family()


# The server's changes


@family.step("assign", "actions-call")
async def assign(client: Participant, step: Step) -> None:
    """The server sets one attribute and syncs."""
    ((name, value),) = step["values"].items()
    client.model.assign(step["values"])
    await client.action("assign", name=name, value=value)


@family.step("assign-many", "actions-call")
async def assign_many(client: Participant, step: Step) -> None:
    """The server sets several attributes and syncs once."""
    client.model.assign(step["values"])
    await client.action("assignMany", values=step["values"])


@family.step("batch", "actions-call")
async def batch(client: Participant, step: Step) -> None:
    """Several assignments arrive at the server in one write."""
    for name, value in step["assignments"]:
        client.model.assign({name: value})
    calls = [call("assign", name=name, value=value) for name, value in step["assignments"]]
    await client.at_once(*calls)


@family.step("quietly", "actions-call")
async def assign_without_sync(client: Participant, step: Step) -> None:
    """The server sets one attribute without a sync."""
    ((name, value),) = step["values"].items()
    client.model.assign(step["values"], sync=False)
    await client.action("assignQuietly", name=name, value=value)


@family.step("later", "actions-call")
async def later(client: Participant, step: Step) -> None:
    """The server sets one attribute by itself."""
    ((name, value),) = step["values"].items()
    if same(client.peer.mirror()[name], value):
        return  # no change would be visible
    client.model.assign(step["values"], sync=False)
    await client.action("assignLater", name=name, value=value, afterMs=1)
    await client.peer.until(lambda held: same(held[name], value), f"{name} as assigned later")
    await publish(client, step)


@family.step("publish", "actions-call")
async def publish(client: Participant, _: Step) -> None:
    """The server syncs."""
    client.model.synced()
    await client.action("publish")


@family.step("burst", "actions-call")
async def burst(client: Participant, step: Step) -> None:
    """The server syncs many changes of one attribute."""
    number = client.model.state["number"]
    if countable(number):
        client.model.assign({"number": number + step["count"]})
        await client.action("burst", count=step["count"])


@family.step("reset", "actions-call")
async def reset(client: Participant, _: Step) -> None:
    """The server gives every attribute of every document its initial value."""
    client.model.reset()
    await client.action("reset")
    await client.at_once(key=SECOND)  # a sync of SECOND may have counted as the fence's answer
    for key in client.model.documents:
        if key in client.connection.legality.mirror:
            await client.get(key)


def countable(number: object) -> bool:
    """Whether a value is an integer that can be incremented exactly."""
    return type(number) is int and abs(number) < LARGEST_COUNTER


# The client's writes


@family.step("patch")
async def patch(client: Participant, step: Step) -> None:
    """The client edits its copy and sends the patch; a patch that can't be applied is refused."""
    operations = step["operations"]
    if touched(operations) & client.model.unsynced.keys():
        return  # the client's copy differs there
    if client.model.patched(TESTEE, operations):
        client.connection.legality.mirror.patch(TESTEE, operations)
    since = await client.at_once(Event(f"_PATCH:{TESTEE}", operations))
    client.note_crossing(TESTEE, touched(operations), since)


@family.step("spoiled")
async def spoiled(client: Participant, step: Step) -> None:
    """The client sends a patch that must be refused because of one operation."""
    client.model.refused()
    operations = [*step["before"], step["spoiler"], *step["after"]]
    await client.at_once(Event(f"_PATCH:{TESTEE}", operations))


@family.step("set")
async def set_(client: Participant, step: Step) -> None:
    """The client sends attributes."""
    client.model.set(TESTEE, step["members"])
    client.connection.legality.mirror.merge(TESTEE, step["members"])
    since = await client.at_once(Event(f"_SET:{TESTEE}", step["members"]))
    client.note_crossing(TESTEE, set(step["members"]), since)


@family.step("crossing")
async def crossing(client: Participant, step: Step) -> None:
    """Both sides write at once; then only the answer to `_GET` is defined (state-crossing)."""
    client.crossed.add(TESTEE)
    client.model.assign({"items": step["items"]})
    client.model.patched(TESTEE, step["operations"])
    await client.connection.send_at_once(
        call("assign", name="items", value=step["items"]).text(),
        Event(f"_PATCH:{TESTEE}", step["operations"]).text(),
    )
    await client.get()


@family.step("refused")
async def refused(client: Participant, step: Step) -> None:
    """The client sends a write or a call that must be refused."""
    await client.at_once(
        Event(step["type"], step["data"]), requirement="connection-refusal-survives"
    )
    if not step["type"].startswith("_ACTION"):
        client.model.synced()  # the answer is the whole state


@family.step("malformed")
async def malformed(client: Participant, step: Step) -> None:
    """The client sends a frame that is not an event; the server may close the connection."""
    await client.connection.send_text(step["text"])
    peer = await client.dialogue.resume(client.peer)
    if peer is not client.peer:
        client.replace(peer)


@family.step("unknown", "events-unknown-key")
async def unknown(client: Participant, step: Step) -> None:
    """The client names something that does not exist."""
    await client.at_once(Event(step["type"], {"type": UNKNOWN}))


# Other documents


@family.step("document")
async def document(client: Participant, step: Step) -> None:
    """One side writes the only attribute of another document."""
    key, value = step["key"], step["value"]
    mirror = client.connection.legality.mirror
    client.written.add(key)
    if key == LAZY and key not in mirror:
        await client.get(key)
    event = Event(f"_SET:{key}", {"value": value})
    match step["by"]:
        case "server":
            client.model.documents[key] = {"value": value}
            await client.at_once(call("assign", key=key, name="value", value=value), key=key)
            return
        case "patch":
            operations = [{"op": "replace", "path": "/value", "value": value}]
            event = Event(f"_PATCH:{key}", operations)
    client.model.set(key, {"value": value})
    mirror.merge(key, {"value": value})
    client.note_crossing(key, {"value"}, await client.at_once(event, key=key))


# Questions


@family.step("get", "state-get-data")
async def get(client: Participant, step: Step) -> None:
    """The client asks for a state."""
    await client.get(step.get("key", TESTEE), step.get("data"))


@family.step("watch", "state-get")
async def watch(client: Participant, _: Step) -> None:
    """The client asks for the state after each further step."""
    client.watched = True
