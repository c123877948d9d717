"""Steps that start and cancel tasks."""

from __future__ import annotations

from conformance.protocol.contract import TESTEE
from conformance.protocol.wire import JSON, Event
from conformance.sequences.participant import Participant, call
from conformance.sequences.steps.documents import countable
from conformance.sequences.steps.family import Family, Step

family = Family()


def start(name: str, **arguments: JSON) -> Event:
    """The event that starts a task."""
    return Event(f"_TASK_START:{TESTEE}", {"type": name, **arguments})


def cancel_(name: str) -> Event:
    """The event that cancels a task."""
    return Event(f"_TASK_CANCEL:{TESTEE}", {"type": name})


async def listed(client: Participant, *names: str) -> None:
    """Wait until exactly the tasks of these names are listed."""
    await client.peer.until(
        lambda held: sorted(held["runningTasks"]) == sorted(names),
        f"runningTasks {list(names)}",
        requirement="tasks-exposed",
        attributes=("runningTasks",),
    )
    client.model.state["runningTasks"] = client.peer.mirror()["runningTasks"]


async def ran(client: Participant, name: str, *events: Event) -> None:
    """Send events that start a task, and wait until it was listed and no longer is."""
    mark = len(client.connection.legality.mirror.versions(TESTEE))
    await client.at_once(*events)

    def was_listed(held: JSON) -> bool:
        versions = client.connection.legality.mirror.versions(TESTEE)[mark:]
        return name not in held["runningTasks"] and any(
            name in version["runningTasks"] for version in versions
        )

    what = f"{name} in runningTasks, and then not any more"
    await client.peer.until(was_listed, what, requirement="tasks-exposed")
    await client.at_once()


@family.step("count", "tasks-start")
async def count(client: Participant, step: Step) -> None:
    """A task counts, together with an assignment if the step has one."""
    number = client.model.state["number"]
    if not countable(number):
        return
    values = step.get("values", {})
    client.model.assign({"number": number + step["count"], **values})
    assignments = [call("assign", name=name, value=value) for name, value in values.items()]
    await ran(client, "count", start("count", steps=step["count"], intervalMs=0), *assignments)


@family.step("crash", "tasks-error")
async def crash(client: Participant, _: Step) -> None:
    """A task raises an error."""
    client.model.synced()
    await ran(client, "crash", start("crash"))


@family.step("wait", "tasks-once")
async def wait(client: Participant, _: Step) -> None:
    """A task that waits is started; it may already run."""
    if "wait" not in client.model.state["runningTasks"]:
        client.model.synced()
    await client.at_once(start("wait"))
    await listed(client, "wait")


@family.step("cancel", "tasks-cancel")
async def cancel(client: Participant, _: Step) -> None:
    """The waiting task is cancelled; it may not be running."""
    await client.at_once(cancel_("wait"))
    if "wait" in client.model.state["runningTasks"]:
        client.model.assign({"text": "cancelled"})
        await listed(client)


@family.step("flash", "tasks-cancel-early")
async def flash(client: Participant, _: Step) -> None:
    """A task is started and cancelled at once; the server may or may not have begun it."""
    if "wait" in client.model.state["runningTasks"]:
        return
    await client.at_once(start("wait"), cancel_("wait"))
    client.model.synced()
    await listed(client)
    answer = await client.peer.get()
    if answer["text"] == "cancelled":
        client.model.assign({"text": "cancelled"})
