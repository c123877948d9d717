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
async def assign(seat: Participant, step: Step) -> None:
    """The server sets one attribute and syncs."""
    ((name, value),) = step["values"].items()
    seat.model.assign(step["values"])
    await seat.action("assign", name=name, value=value)


@family.step("assign-many", "actions-call")
async def assign_many(seat: Participant, step: Step) -> None:
    """The server sets several attributes and syncs once."""
    seat.model.assign(step["values"])
    await seat.action("assignMany", values=step["values"])


@family.step("batch", "actions-call")
async def batch(seat: Participant, step: Step) -> None:
    """Several assignments wait for the server in one write."""
    for name, value in step["assignments"]:
        seat.model.assign({name: value})
    calls = [call("assign", name=name, value=value) for name, value in step["assignments"]]
    await seat.at_once(*calls)


@family.step("quietly", "actions-call")
async def quietly(seat: Participant, step: Step) -> None:
    """The server sets one attribute without a sync."""
    ((name, value),) = step["values"].items()
    seat.model.assign(step["values"], sync=False)
    await seat.action("assignQuietly", name=name, value=value)


@family.step("later", "actions-call")
async def later(seat: Participant, step: Step) -> None:
    """The server sets one attribute by itself."""
    ((name, value),) = step["values"].items()
    if same(seat.peer.mirror()[name], value):
        return  # nothing would show that it has happened
    seat.model.assign(step["values"], sync=False)
    await seat.action("assignLater", name=name, value=value, afterMs=1)
    await seat.peer.until(lambda held: same(held[name], value), f"{name} as assigned later")
    await publish(seat, step)


@family.step("publish", "actions-call")
async def publish(seat: Participant, _: Step) -> None:
    """The server syncs."""
    seat.model.synced()
    await seat.action("publish")


@family.step("burst", "actions-call")
async def burst(seat: Participant, step: Step) -> None:
    """The server syncs many changes of one attribute."""
    number = seat.model.state["number"]
    if countable(number):
        seat.model.assign({"number": number + step["count"]})
        await seat.action("burst", count=step["count"])


@family.step("reset", "actions-call")
async def reset(seat: Participant, _: Step) -> None:
    """The server gives every attribute of every document its initial value."""
    seat.model.reset()
    await seat.action("reset")
    await seat.at_once(key=SECOND)  # a sync of SECOND may have been taken for the fence's answer
    for key in seat.model.documents:
        if key in seat.connection.legality.mirror:
            await seat.get(key)


def countable(number: object) -> bool:
    """Whether an attribute holds an integer that can be counted up exactly."""
    return type(number) is int and abs(number) < LARGEST_COUNTER


# The client's writes


@family.step("patch")
async def patch(seat: Participant, step: Step) -> None:
    """The client edits its copy and sends the edit; one that can't be made is refused."""
    operations = step["operations"]
    if touched(operations) & seat.model.unsynced.keys():
        return  # the client's copy is another one there
    if seat.model.patched(TESTEE, operations):
        seat.connection.legality.mirror.patch(TESTEE, operations)
    since = await seat.at_once(Event(f"_PATCH:{TESTEE}", operations))
    seat.note_crossing(TESTEE, touched(operations), since)


@family.step("spoiled")
async def spoiled(seat: Participant, step: Step) -> None:
    """The client sends a patch that is to be refused because of one operation in it."""
    seat.model.refused()
    operations = [*step["before"], step["spoiler"], *step["after"]]
    await seat.at_once(Event(f"_PATCH:{TESTEE}", operations))


@family.step("set")
async def set_(seat: Participant, step: Step) -> None:
    """The client sends attributes of its own."""
    seat.model.set(TESTEE, step["members"])
    seat.connection.legality.mirror.merge(TESTEE, step["members"])
    since = await seat.at_once(Event(f"_SET:{TESTEE}", step["members"]))
    seat.note_crossing(TESTEE, set(step["members"]), since)


@family.step("crossing")
async def crossing(seat: Participant, step: Step) -> None:
    """Both sides write at once; then only what `_GET` answers is promised (state-crossing)."""
    seat.crossed.add(TESTEE)
    seat.model.assign({"items": step["items"]})
    seat.model.patched(TESTEE, step["operations"])
    await seat.connection.send_at_once(
        call("assign", name="items", value=step["items"]).text(),
        Event(f"_PATCH:{TESTEE}", step["operations"]).text(),
    )
    await seat.get()


@family.step("refused")
async def refused(seat: Participant, step: Step) -> None:
    """The client sends a write or a call that is to be refused."""
    await seat.at_once(Event(step["type"], step["data"]), requirement="connection-refusal-survives")
    if not step["type"].startswith("_ACTION"):
        seat.model.synced()  # the answer is the whole state


@family.step("malformed")
async def malformed(seat: Participant, step: Step) -> None:
    """The client sends a frame that is not an event; the server may end the connection over it."""
    await seat.connection.send_text(step["text"])
    peer = await seat.dialogue.resume(seat.peer)
    if peer is not seat.peer:
        seat.replace(peer)


@family.step("unknown", "events-unknown-key")
async def unknown(seat: Participant, step: Step) -> None:
    """The client names what does not exist."""
    await seat.at_once(Event(step["type"], {"type": UNKNOWN}))


# Other documents


@family.step("document")
async def document(seat: Participant, step: Step) -> None:
    """One side writes the only attribute of another document."""
    key, value = step["key"], step["value"]
    mirror = seat.connection.legality.mirror
    seat.written.add(key)
    if key == LAZY and key not in mirror:
        await seat.get(key)
    event = Event(f"_SET:{key}", {"value": value})
    match step["by"]:
        case "server":
            seat.model.documents[key] = {"value": value}
            await seat.at_once(call("assign", key=key, name="value", value=value), key=key)
            return
        case "patch":
            operations = [{"op": "replace", "path": "/value", "value": value}]
            event = Event(f"_PATCH:{key}", operations)
    seat.model.set(key, {"value": value})
    mirror.merge(key, {"value": value})
    seat.note_crossing(key, {"value"}, await seat.at_once(event, key=key))


# Questions


@family.step("get", "state-get-data")
async def get(seat: Participant, step: Step) -> None:
    """The client asks for a state."""
    await seat.get(step.get("key", TESTEE), step.get("data"))


@family.step("watch", "state-get")
async def watch(seat: Participant, _: Step) -> None:
    """From now on the client asks for the state after each step."""
    seat.watched = True
