"""Cases for spec/tasks.md: running, cancellable calls."""

from __future__ import annotations

import secrets
from functools import partial

import pytest

from conformance.cases.patches import replace
from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.protocol.wire import JSON, Event
from conformance.runner.case import case

UNKNOWN = f"no-{secrets.token_hex(4)}"

MALFORMED: dict[str, JSON] = {
    "null": None,
    "array": ["wait"],
    "string": "wait",
    "no-type": {"name": "wait"},
    "type-null": {"type": None},
    "type-array": {"type": ["wait"]},
}


async def wait_until_running(peer: Peer, *names: str) -> None:
    """Wait until the client's copy lists these running tasks and no others."""
    await peer.until(
        lambda state: sorted(state["runningTasks"]) == sorted(names),
        f"runningTasks {sorted(names)} in the client's copy",
        attributes=("runningTasks",),
    )


async def start_task(peer: Peer, name: str, **arguments: JSON) -> None:
    """Start a task and wait until it runs."""
    await peer.start(name, **arguments)
    await wait_until_running(peer, name)


async def run_task(peer: Peer, name: str, **arguments: JSON) -> None:
    """Start a task and wait until the client's copy has listed it and no longer does."""
    mark = len(peer.connection.legality.mirror.versions("TESTEE"))
    if name == "wait":
        await start_task(peer, name)
        await peer.cancel(name)
    else:
        await peer.start(name, **arguments)

    def was_listed(state: JSON) -> bool:
        versions = peer.connection.legality.mirror.versions("TESTEE")[mark:]
        return not state["runningTasks"] and any(name in v["runningTasks"] for v in versions)

    await peer.until(was_listed, f"{name} in the client's runningTasks, then not any more")


def ended_at(number: int, state: JSON) -> bool:
    """Whether a state has this number and no running task."""
    return bool(state["number"] == number and not state["runningTasks"])


@case("tasks-start", needs="tasks")
async def test_task_starts(peer: Peer) -> None:
    await peer.start("wait")
    expect.equal((await peer.get())["runningTasks"], ["wait"], "the running tasks")


@case("tasks-start", needs="tasks")
async def test_task_is_run_with_its_arguments(peer: Peer) -> None:
    await peer.start("count", steps=3, intervalMs=0)
    await peer.until(lambda state: state["number"] == 3, "number 3 in the client's copy")
    await wait_until_running(peer)
    await peer.in_sync()


@case("tasks-concurrent", needs="tasks")
async def test_events_are_handled_while_a_task_runs(peer: Peer) -> None:
    await start_task(peer, "wait")
    await peer.assign("text", "meanwhile")
    await peer.patch(replace("/number", 5))
    state = await peer.get()
    found = [state["text"], state["number"], state["runningTasks"]]
    expect.equal(found, ["meanwhile", 5, ["wait"]], "text, number and runningTasks")


@case("tasks-parallel", needs="tasks")
async def test_tasks_of_two_names_run_together(peer: Peer) -> None:
    await start_task(peer, "wait")
    await peer.start("count", steps=2, intervalMs=0)
    await peer.until(lambda state: state["number"] == 2, "number 2 in the client's copy")
    await wait_until_running(peer, "wait")


@case("tasks-once", needs="tasks")
async def test_second_start_of_a_running_task_is_ignored(peer: Peer) -> None:
    await start_task(peer, "wait")
    await peer.start("wait")
    expect.equal((await peer.get())["runningTasks"], ["wait"], "the running tasks")
    await peer.cancel("wait")
    await wait_until_running(peer)
    expect.equal((await peer.in_sync())["text"], "cancelled", "the attribute text")


@case("tasks-once", needs="tasks")
async def test_second_start_does_not_disturb_the_first(peer: Peer) -> None:
    for interval in (1, 10, 100):  # until the second start arrives while the task runs
        await peer.action("reset")
        await peer.fence()
        await peer.start("count", steps=20, intervalMs=interval)
        await peer.until(lambda state: state["number"] > 0, "a first step in the client's copy")
        await peer.start("count", steps=20, intervalMs=interval)
        await peer.fence()
        if peer.mirror()["number"] < 20:
            break
    await peer.until(
        lambda state: state["number"] >= 20 and not state["runningTasks"],
        "number 20 and no running task in the client's copy",
    )
    expect.equal((await peer.in_sync())["number"], 20, "the attribute number")


@case("tasks-cancel", needs="tasks")
async def test_cancelled_task_ends(peer: Peer) -> None:
    await start_task(peer, "wait")
    await peer.cancel("wait")
    await peer.until(
        lambda state: state["text"] == "cancelled", "text 'cancelled' in the client's copy"
    )
    await wait_until_running(peer)
    await peer.in_sync()


@case("tasks-cancel", needs="tasks")
async def test_only_the_named_task_is_cancelled(peer: Peer) -> None:
    await start_task(peer, "wait")
    await peer.start("count", steps=100_000, intervalMs=1)
    await wait_until_running(peer, "count", "wait")
    await peer.cancel("count")
    await wait_until_running(peer, "wait")
    expect.equal((await peer.in_sync())["text"], "", "the attribute text")


@case("tasks-cancel-idle", needs="tasks")
async def test_cancellation_of_an_idle_task_is_ignored(peer: Peer) -> None:
    await peer.ignores(peer.cancel("wait"))
    await start_task(peer, "wait")


@case("tasks-cancel-early", needs="tasks")
@pytest.mark.parametrize("name", ["wait", "count"])
async def test_task_cancelled_at_once_ends(peer: Peer, name: str) -> None:
    arguments = {} if name == "wait" else {"steps": 100_000, "intervalMs": 1}
    await peer.connection.send_at_once(
        Event("_TASK_START:TESTEE", {"type": name, **arguments}).text(),
        Event("_TASK_CANCEL:TESTEE", {"type": name}).text(),
    )
    await peer.fence()
    await wait_until_running(peer)
    await start_task(peer, name, **arguments)


@case("tasks-again", needs="tasks")
async def test_task_can_be_started_again_after_its_end(peer: Peer) -> None:
    for total in (2, 4):
        await peer.start("count", steps=2, intervalMs=0)
        await peer.until(
            partial(ended_at, total), f"number {total} and no running task in the client's copy"
        )


@case("tasks-again", needs="tasks")
async def test_task_can_be_started_again_after_its_cancellation(peer: Peer) -> None:
    for _ in range(3):
        await start_task(peer, "wait")
        await peer.cancel("wait")
        await wait_until_running(peer)


@case("tasks-again", needs="tasks")
async def test_task_can_be_started_again_after_a_failure(peer: Peer) -> None:
    for _ in range(3):
        await run_task(peer, "crash")


@case("tasks-unknown", needs="tasks")
@pytest.mark.parametrize("event", ["_TASK_START", "_TASK_CANCEL"])
@pytest.mark.parametrize("key", ["TESTEE", "SECOND"])
async def test_unknown_task_is_ignored(peer: Peer, event: str, key: str) -> None:
    await peer.ignores(peer.send(f"{event}:{key}", {"type": UNKNOWN}))


@case("tasks-unknown", needs="tasks")
async def test_action_can_not_be_started_as_a_task(peer: Peer) -> None:
    await peer.ignores(peer.start("burst", count=1))


@case("tasks-malformed", needs="tasks")
@pytest.mark.parametrize("event", ["_TASK_START", "_TASK_CANCEL"])
@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
async def test_task_event_of_wrong_shape_is_refused(peer: Peer, event: str, data: JSON) -> None:
    await peer.ignores(peer.send_illegal(f"{event}:TESTEE", data))


@case("tasks-error", needs=("tasks", "errors"))
async def test_failure_of_a_task_keeps_the_connection_open(peer: Peer) -> None:
    await run_task(peer, "crash")
    await peer.assign("text", "still here")
    expect.equal((await peer.in_sync())["text"], "still here", "the attribute text")


@case("tasks-survive", needs="tasks")
@pytest.mark.parametrize("end", ["close", "cut"])
async def test_task_runs_on_without_a_connection(dialogue: Dialogue, peer: Peer, end: str) -> None:
    await start_task(peer, "wait")
    await (peer.connection.close() if end == "close" else peer.connection.cut())
    again = await dialogue.reconnect(peer)
    expect.equal(again.mirror()["runningTasks"], ["wait"], "the running tasks")
    await again.cancel("wait")
    await wait_until_running(again)
    expect.equal((await again.in_sync())["text"], "cancelled", "the attribute text")


@case("tasks-exposed", needs="tasks")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [("wait", {}), ("count", {"steps": 2, "intervalMs": 0}), ("crash", {})],
    ids=["cancelled", "finished", "failed"],
)
async def test_running_tasks_are_synced_at_start_and_end(
    peer: Peer, name: str, arguments: JSON
) -> None:
    await run_task(peer, name, **arguments)
    await peer.in_sync()
