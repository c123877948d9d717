"""Steps that break a connection, or open another one to the same session."""

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
async def reconnect(client: Participant, step: Step) -> None:
    """The connection ends and another one opens."""
    await client.reconnect(ENDS[step["end"]])


@family.step("cut-inside", "session-half-written")
async def cut_inside(client: Participant, step: Step) -> None:
    """The connection is lost in the middle of a frame."""
    lost: dict[str, str | bytes] = {
        "action": call("assign", name="text", value="lost" * 9).text(),
        "patch": Event(
            f"_PATCH:{TESTEE}", [{"op": "replace", "path": "/text", "value": "lost" * 9}]
        ).text(),
        "bytes": b"lost" * 9,
    }
    await client.reconnect(
        lambda connection: connection.cut_inside(lost[step["frame"]], step["missing"])
    )


@family.step("take-over", "session-takeover")
async def take_over(client: Participant, _: Step) -> None:
    """A second connection opens while the first one is open."""
    older = client.peer
    client.replace(await client.dialogue.take_over(older), took_over=True)
    await older.closed(requirement="session-takeover-disconnect")
    if older.types()[-1:] != ["_DISCONNECT"]:
        raise Violation(
            requirement="session-takeover-disconnect",
            expected="_DISCONNECT as the last event of the older connection",
            received=", ".join(older.types()[-1:]) or "nothing",
        )
    await client.alive("session-takeover")


@family.step("half-open", "session-takeover-prompt")
async def half_open(client: Participant, _: Step) -> None:
    """The client stops reading without a close, and reconnects."""
    client.connection.stall()
    client.replace(await client.dialogue.take_over(client.peer), took_over=True)
    await client.alive("session-takeover")


@family.step("race", "session-simultaneous")
async def race(client: Participant, step: Step) -> None:
    """Further connections open at the same time; one is served in the end."""
    older = client.peer
    newest = await client.dialogue.race(older.session, step["connections"])
    client.replace(newest, took_over=True)
    await older.closed(requirement="session-takeover-disconnect")
    await client.alive("session-takeover")


@family.step("away", "session-resumes")
async def away(client: Participant, step: Step) -> None:
    """The server changes an attribute by itself while no client is connected."""
    ((name, value),) = step["values"].items()
    if same(client.model.state[name], value):
        return
    client.model.assign(step["values"])
    await client.action("assignLater", name=name, value=value, afterMs=3)
    await client.reconnect(ENDS[step["end"]])
    await client.peer.until(
        lambda held: same(held[name], value),
        f"{name} as assigned meanwhile",
        requirement="session-resumes",
    )


@family.step("count-away", "tasks-survive")
async def count_away(client: Participant, step: Step) -> None:
    """A task runs while no client is connected."""
    number = client.model.state["number"]
    if not countable(number):
        return
    await client.at_once(start("count", steps=step["count"], intervalMs=2))
    await client.reconnect(ENDS[step["end"]])
    client.model.assign({"number": number + step["count"]})
    running = [name for name in client.model.state["runningTasks"] if name != "count"]

    def done(held: dict[str, object]) -> bool:
        return held["number"] == number + step["count"] and held["runningTasks"] == running

    await client.peer.until(done, "the end of the task count", requirement="tasks-survive")
