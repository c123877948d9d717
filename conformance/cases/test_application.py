"""Cases that need no testee contract: they hold for any application.

Without `--allow-writes`, they send only `_GET`, random names, and frames that are not events:
nothing that even a wrong server could take for a write, or for a call of an existing action.
"""

from __future__ import annotations

import secrets
from contextlib import suppress

import pytest

from conformance.blackbox.alterations import alter_all, alterations, written
from conformance.blackbox.client import BlackBoxClient
from conformance.blackbox.connect import arrive, arrive_to_be_replaced, beside, same_session
from conformance.blackbox.differences import (
    Differences,
    differences,
    in_every_round,
    nowhere,
    without,
)
from conformance.blackbox.invalid_patches import refused_patches, taken
from conformance.blackbox.observe import Attempt, after_patches, effect, fallen_back, initial
from conformance.blackbox.restore import restoring
from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.errors import NotTestable, Silence
from conformance.protocol.wire import ABSENT, JSON, SCHEMA_BY_NAME, compact, same
from conformance.runner.case import case

CONNECTIONS = 3
QUESTIONS = 20
WRONG = ("test-fails", "second-half-fails", "nothing-there")
UNKNOWN = f"x{secrets.token_hex(6)}"
"""A random name, which no application can know."""


def ignored(requirement: str, type_: str, data: JSON, id: str) -> object:
    """An event that a server has to ignore; KEY stands for the key of a document."""
    return pytest.param(type_, data, id=id, marks=case(requirement))


IGNORED = [
    ignored("events-unknown-type", UNKNOWN, {"type": UNKNOWN}, "custom-type"),
    ignored("events-unknown-type", f"_{UNKNOWN.upper()}:KEY", {"type": UNKNOWN}, "reserved-type"),
    ignored("events-unknown-key", f"_GET:{UNKNOWN}", {}, "get-of-unknown-key"),
    ignored("events-unknown-key", f"_ACTION:{UNKNOWN}", {"type": UNKNOWN}, "action-of-unknown-key"),
    ignored("events-unknown-key", f"_TASK_START:{UNKNOWN}", {"type": UNKNOWN}, "task-of-unknown"),
    ignored("actions-unknown", "_ACTION:KEY", {"type": UNKNOWN}, "unknown-action"),
    ignored("actions-malformed", "_ACTION:KEY", {}, "action-without-name"),
    ignored("tasks-unknown", "_TASK_START:KEY", {"type": UNKNOWN}, "start-of-unknown-task"),
    ignored("tasks-unknown", "_TASK_CANCEL:KEY", {"type": UNKNOWN}, "end-of-unknown-task"),
    ignored("events-direction", "_TOAST", {"type": "info", "message": UNKNOWN}, "toast"),
    ignored("events-direction", "_DISCONNECT", UNKNOWN, "disconnect"),
]  # fmt: skip

WRITTEN = [
    ignored("events-unknown-key", f"_SET:{UNKNOWN}", {UNKNOWN: 1}, "set-of-unknown-key"),
    ignored("events-unknown-key", f"_PATCH:{UNKNOWN}", [], "patch-of-unknown-key"),
]

REFUSED = [
    pytest.param(wrong, marks=case(requirement))
    for wrong, requirement in zip(
        WRONG, ("patch-test", "patch-atomic", "patch-missing-target"), strict=True
    )
]

MALFORMED = {
    "empty": "",
    "no-json": f"}}{UNKNOWN}{{",
    "null": "null",
    "array": f'["{UNKNOWN}"]',
    "string": f'"{UNKNOWN}"',
    "byte-order-mark": f'\ufeff{{"type":"{UNKNOWN}","data":{{}}}}',
    "no-type": '{"data":{}}',
    "type-number": '{"type":7,"data":{}}',
    "type-array": f'{{"type":["{UNKNOWN}"],"data":{{}}}}',
    "not-a-number": f'{{"type":"{UNKNOWN}","data":NaN}}',
    "lone-surrogate": f'{{"type":"{UNKNOWN}","data":"\\ud800"}}',
}


# The initial state


@case("connection-initial-state")
async def test_every_connection_is_sent_the_same_documents(dialogue: Dialogue) -> None:
    client = await arrive(dialogue)
    for _ in range(CONNECTIONS):
        client = await arrive(dialogue, client.session)
        missing = sorted({*client.application.announced} - {*client.keys})
        for key in missing:
            await client.send(f"_GET:{key}", {})
        await client.fence()
        kept_back = [key for key in missing if client.events(f"_SET:{key}")]
        expect.equal(kept_back, [], "documents announced on another connection and not on this one")


@case("connection-initial-once")
async def test_initial_state_is_sent_once(dialogue: Dialogue) -> None:
    client = await arrive(dialogue)
    for _ in range(CONNECTIONS):
        client = await arrive(dialogue, client.session)
        for key in client.keys:
            first, *others = client.events(f"_SET:{key}")
            again = sum(same(first, other) for other in others) - client.asked(key)
            expect.true(
                again <= 0,
                expected=f"_SET:{key} once",
                received=f"{again} more than the sent _GET account for",
            )


@case("connection-state-before-patch")
async def test_no_patch_comes_before_its_state(dialogue: Dialogue) -> None:
    client = await arrive(dialogue)
    for _ in range(CONNECTIONS):
        client = await arrive(dialogue, client.session)
        for key in client.keys:
            types = client.types()
            earlier = types[: types.index(f"_SET:{key}")]
            expect.true(
                f"_PATCH:{key}" not in earlier,
                expected=f"_SET:{key} before _PATCH:{key}",
                received="the patch first",
            )


@case("session-resumes")
async def test_initial_state_is_that_of_now(dialogue: Dialogue) -> None:
    async def look() -> Differences:
        client = await arrive(dialogue)
        found = await client.disagreements()
        return {p: d for p, d in found.items() if not client.events(f"_PATCH:{p[0]}")}

    nowhere(await in_every_round(look), "the initial state, by an answer right after it")


# Questions


@case("state-get")
async def test_get_is_answered_for_every_document(dialogue: Dialogue) -> None:
    client = await arrive(dialogue)
    for key in client.keys:
        names = [
            sorted(state) for state in (client.events(f"_SET:{key}")[0], await client.get(key))
        ]
        expect.equal(
            names[1], names[0], f"the attributes of {key}", requirement="state-attributes-fixed"
        )


@case("state-get-data")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ABSENT, id="absent"),
        pytest.param(None, id="null"),
        pytest.param([], id="array"),
        pytest.param(UNKNOWN, id="string"),
        pytest.param(7, id="number"),
        pytest.param({UNKNOWN: {"type": UNKNOWN}}, id="object"),
    ],
)
async def test_get_is_answered_whatever_its_data(dialogue: Dialogue, data: JSON) -> None:
    client = await arrive(dialogue)
    for key in client.keys:
        await client.ask(key, data, requirement="state-get-data")


# Changes of the application


@case("state-converges")
async def test_patches_lead_to_the_state(dialogue: Dialogue) -> None:
    target = dialogue.target
    client = await arrive(dialogue)
    found = await after_patches(client, target.application.listen)
    if not found and target.may_write:
        async with restoring(dialogue, client):
            found = await after_patches(client, target.deadline, alter_all)
    listened = f"within {target.application.listen:g} s"
    if not found:
        raise NotTestable(
            "patches of the application",
            f"no patch arrived {listened}: change something in the application, or give "
            + ("--call, to name an action that does" if target.may_write else "--allow-writes"),
        )
    if len(found) == 1 and found[0]:
        raise NotTestable(
            "patches of the application",
            f"a single patch arrived {listened}: the cases need two",
        )
    wrong = set.intersection(*map(set, found))
    nowhere({place: found[-1][place] for place in wrong}, "the client's copy, by an answer")


@case("session-resumes")
async def test_new_connection_does_not_fall_back(dialogue: Dialogue) -> None:
    await same_session(dialogue)

    async def look() -> Differences:
        return await fallen_back(dialogue)

    nowhere(
        await in_every_round(look), "the initial state, by that at the end of the last connection"
    )


# Takeover


@case("session-takeover-disconnect")
async def test_takeover_ends_the_older_connection(dialogue: Dialogue) -> None:
    older = await arrive_to_be_replaced(dialogue)
    await dialogue.connect(dialogue.target.session_url(older.session), "session-takeover")
    await older.closed()
    expect.equal(older.types()[-1], "_DISCONNECT", "the last event on the older connection")


@case("session-takeover")
async def test_takeover_leaves_the_newer_connection_open(dialogue: Dialogue) -> None:
    older = await arrive_to_be_replaced(dialogue)
    newer = await beside(dialogue, older)
    with suppress(Silence):
        await older.closed()
    for _ in range(QUESTIONS):  # the server may notice the end of the older connection later
        await newer.alive("session-takeover")


# Frames that have no effect


@pytest.mark.parametrize(("type_", "data"), IGNORED)
async def test_event_without_meaning_changes_nothing(
    dialogue: Dialogue, type_: str, data: JSON
) -> None:
    nowhere(await effect(dialogue, send(type_, data)), "the state before it")


@pytest.mark.parametrize(("type_", "data"), IGNORED)
async def test_event_without_meaning_is_ignored(dialogue: Dialogue, type_: str, data: JSON) -> None:
    await demand_ignored(dialogue, send(type_, data))


@pytest.mark.parametrize(("type_", "data"), WRITTEN)
async def test_write_without_meaning_is_ignored(dialogue: Dialogue, type_: str, data: JSON) -> None:
    client = await arrive(dialogue)
    async with restoring(dialogue, client):
        await demand_ignored(dialogue, send(type_, data), client.session)


@case("connection-malformed-no-effect")
@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_frame_changes_nothing(dialogue: Dialogue, frame: str) -> None:
    async def attempt(client: BlackBoxClient) -> None:
        await client.send_text(frame)

    nowhere(await effect(dialogue, attempt), "the state before it")


@case("connection-malformed-survives")
@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_frame_is_survived(dialogue: Dialogue, frame: str) -> None:
    client = await arrive(dialogue)
    await client.send_text(frame)
    await client.alive()


# Writes, which are undone


@case("connection-refusal-survives")
async def test_write_keeps_the_connection_open(dialogue: Dialogue) -> None:
    client = await arrive(dialogue)
    async with restoring(dialogue, client) as before:
        for key, _, operation in alterations(before, client.application.restless):
            await client.write(key, operation)
            await client.alive()


@case("state-refused-resync")
async def test_written_attribute_is_taken_or_the_state_is_sent(dialogue: Dialogue) -> None:
    client = await arrive(dialogue)
    async with restoring(dialogue, client) as before:
        async for write in written(dialogue, client, before):
            was, held, now = (s[write.name] for s in (write.before, write.held, write.after))
            if same(was, now) and not same(held, now):
                await write.client.sent_again(write.key, write.mark)


@case("state-corrected-at-once")
async def test_client_agrees_after_a_write(dialogue: Dialogue) -> None:
    client = await arrive(dialogue)
    async with restoring(dialogue, client) as before:
        async for write in written(dialogue, client, before):
            if not same(write.before[write.name], write.after[write.name]):
                found = differences(write.key, write.after, write.held)
                found = without(found, client.application.restless)
                nowhere(found, "the client's copy, by an answer")


@case("session-persistent")
async def test_written_value_outlives_the_connection(dialogue: Dialogue) -> None:
    if not dialogue.target.has_sessions:
        await same_session(dialogue)
    client = await arrive(dialogue)
    async with restoring(dialogue, client) as before:
        async for write in written(dialogue, client, before):
            await write.client.connection.close()
            newer = await arrive(dialogue, client.session)
            now = initial(newer).get(write.key, {})
            found = differences(write.key, write.after, now)
            place = (write.key, write.name)
            nowhere({p: d for p, d in found.items() if p == place}, "the state on the next one")


@pytest.mark.parametrize("wrong", REFUSED)
async def test_refused_patch_changes_nothing(dialogue: Dialogue, wrong: str) -> None:
    client = await arrive(dialogue)
    async with restoring(dialogue, client):
        nowhere(await taken(dialogue, client.session, wrong, UNKNOWN), "the state before it")


@case("state-refused-resync")
@pytest.mark.parametrize("wrong", WRONG)
async def test_refused_patch_is_answered_with_the_state(dialogue: Dialogue, wrong: str) -> None:
    client = await arrive(dialogue)
    async with restoring(dialogue, client):
        mark = client.mark()
        key = await write_refused(client, wrong)
        await client.sent_again(key, mark)


@case("connection-refusal-survives")
@pytest.mark.parametrize("wrong", WRONG)
async def test_refused_patch_keeps_the_connection_open(dialogue: Dialogue, wrong: str) -> None:
    client = await arrive(dialogue)
    async with restoring(dialogue, client):
        await write_refused(client, wrong)
        await client.alive()


# Attempts


def send(type_: str, data: JSON) -> Attempt:
    """An attempt that sends an event for the first document of the client."""

    async def attempt(client: BlackBoxClient) -> None:
        await client.send_illegal(type_.replace("KEY", client.keys[0]), data)

    return attempt


async def write_refused(client: BlackBoxClient, wrong: str) -> str:
    """Send a patch that the server has to refuse; the key of its document."""
    found = alterations(await client.states(), client.application.restless)
    key, name, operation = next(found)
    await client.write(key, *refused_patches(name, operation, UNKNOWN)[wrong])
    return key


async def demand_ignored(dialogue: Dialogue, attempt: Attempt, session: str | None = None) -> None:
    """Demand that there is no answer, and that the connection works afterwards."""
    client = await arrive(dialogue, session)
    mark = client.mark()
    await attempt(client)
    await client.alive()
    events = (received.event for received in client.connection.received[mark:])
    answers = [event.envelope() for event in events if event.name in SCHEMA_BY_NAME]
    expect.equal(
        [answer for answer in answers if UNKNOWN in compact(answer)],
        [],
        "the answers to the unknown name",
    )
