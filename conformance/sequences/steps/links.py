"""Steps that break a connection, or open another to the same session."""

from __future__ import annotations

from conformance.driver.connection import Connection
from conformance.errors import Violation
from conformance.protocol.contract import TESTEE
from conformance.protocol.wire import Event, same
from conformance.sequences.participant import Participant, call
from conformance.sequences.steps.documents import countable
from conformance.sequences.steps.family import Family, Step
from conformance.sequences.steps.tasks import start

ENDS = {"close": Connection.close, "cut": Connection.cut, "tcp-reset": Connection.reset}
"""The ways in which a client ends a connection."""

family = Family()


@family.step("reconnect", "session-persistent")
async def reconnect(seat: Participant, step: Step) -> None:
    """The connection ends and another one opens."""
    await seat.reconnect(ENDS[step["end"]])


@family.step("cut-inside", "session-half-written")
async def cut_inside(seat: Participant, step: Step) -> None:
    """The connection is lost in the middle of a frame."""
    lost: dict[str, str | bytes] = {
        "action": call("assign", name="text", value="lost" * 9).text(),
        "patch": Event(
            f"_PATCH:{TESTEE}", [{"op": "replace", "path": "/text", "value": "lost" * 9}]
        ).text(),
        "bytes": b"lost" * 9,
    }
    await seat.reconnect(
        lambda connection: connection.cut_inside(lost[step["frame"]], step["missing"])
    )


@family.step("take-over", "session-takeover")
async def take_over(seat: Participant, _: Step) -> None:
    """A second connection opens while the first one is open."""
    older = seat.peer
    seat.replace(await seat.dialogue.take_over(older), took_over=True)
    await older.closed(requirement="session-takeover-disconnect")
    if older.types()[-1:] != ["_DISCONNECT"]:
        raise Violation(
            requirement="session-takeover-disconnect",
            expected="_DISCONNECT as the last event of the older connection",
            received=", ".join(older.types()[-1:]) or "nothing",
        )
    await seat.alive("session-takeover")


@family.step("half-open", "session-takeover-prompt")
async def half_open(seat: Participant, _: Step) -> None:
    """The client falls silent and never reads again; it comes back on a second connection."""
    seat.connection.stall()
    seat.replace(await seat.dialogue.take_over(seat.peer), took_over=True)
    await seat.alive("session-takeover")


@family.step("race", "session-simultaneous")
async def race(seat: Participant, step: Step) -> None:
    """Further connections open at the same time; one is served in the end."""
    older = seat.peer
    newest = await seat.dialogue.race(older.session, step["connections"])
    seat.replace(newest, took_over=True)
    await older.closed(requirement="session-takeover-disconnect")
    await seat.alive("session-takeover")


@family.step("away", "session-resumes")
async def away(seat: Participant, step: Step) -> None:
    """The server changes something by itself while no client is connected."""
    ((name, value),) = step["values"].items()
    if same(seat.model.state[name], value):
        return
    seat.model.assign(step["values"])
    await seat.action("assignLater", name=name, value=value, afterMs=3)
    await seat.reconnect(ENDS[step["end"]])
    await seat.peer.until(
        lambda held: same(held[name], value),
        f"{name} as assigned meanwhile",
        requirement="session-resumes",
    )


@family.step("count-away", "tasks-survive")
async def count_away(seat: Participant, step: Step) -> None:
    """A task goes on while no client is connected."""
    number = seat.model.state["number"]
    if not countable(number):
        return
    await seat.at_once(start("count", steps=step["count"], intervalMs=2))
    await seat.reconnect(ENDS[step["end"]])
    seat.model.assign({"number": number + step["count"]})
    running = [name for name in seat.model.state["runningTasks"] if name != "count"]

    def done(held: dict[str, object]) -> bool:
        return held["number"] == number + step["count"] and held["runningTasks"] == running

    await seat.peer.until(done, "the end of the task count", requirement="tasks-survive")
