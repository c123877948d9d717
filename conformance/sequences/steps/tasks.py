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


async def listed(seat: Participant, *names: str) -> None:
    """Wait until the tasks of these names are listed, and no others."""
    await seat.peer.until(
        lambda held: sorted(held["runningTasks"]) == sorted(names),
        f"runningTasks {list(names)}",
        requirement="tasks-exposed",
        attributes=("runningTasks",),
    )
    seat.model.state["runningTasks"] = seat.peer.mirror()["runningTasks"]


async def ran(seat: Participant, name: str, *events: Event) -> None:
    """Send events that start a task, and wait until it was listed and is listed no more."""
    mark = len(seat.connection.legality.mirror.versions(TESTEE))
    await seat.at_once(*events)

    def was_listed(held: JSON) -> bool:
        versions = seat.connection.legality.mirror.versions(TESTEE)[mark:]
        return name not in held["runningTasks"] and any(
            name in version["runningTasks"] for version in versions
        )

    what = f"{name} in runningTasks, and then not any more"
    await seat.peer.until(was_listed, what, requirement="tasks-exposed")
    await seat.at_once()


@family.step("count", "tasks-start")
async def count(seat: Participant, step: Step) -> None:
    """A task counts, beside an assignment if the step has one."""
    number = seat.model.state["number"]
    if not countable(number):
        return
    values = step.get("values", {})
    seat.model.assign({"number": number + step["count"], **values})
    assignments = [call("assign", name=name, value=value) for name, value in values.items()]
    await ran(seat, "count", start("count", steps=step["count"], intervalMs=0), *assignments)


@family.step("crash", "tasks-error")
async def crash(seat: Participant, _: Step) -> None:
    """A task raises."""
    seat.model.synced()
    await ran(seat, "crash", start("crash"))


@family.step("wait", "tasks-once")
async def wait(seat: Participant, _: Step) -> None:
    """A task is started that waits; it may run already."""
    if "wait" not in seat.model.state["runningTasks"]:
        seat.model.synced()
    await seat.at_once(start("wait"))
    await listed(seat, "wait")


@family.step("cancel", "tasks-cancel")
async def cancel(seat: Participant, _: Step) -> None:
    """The waiting task is cancelled; it may not be running."""
    await seat.at_once(cancel_("wait"))
    if "wait" in seat.model.state["runningTasks"]:
        seat.model.assign({"text": "cancelled"})
        await listed(seat)


@family.step("flash", "tasks-cancel-early")
async def flash(seat: Participant, _: Step) -> None:
    """A task is started and cancelled at once; whether it had begun is the server's choice."""
    if "wait" in seat.model.state["runningTasks"]:
        return
    await seat.at_once(start("wait"), cancel_("wait"))
    seat.model.synced()
    await listed(seat)
    answer = await seat.peer.get()
    if answer["text"] == "cancelled":
        seat.model.assign({"text": "cancelled"})
