"""Steps that call actions, and that let the server call the client."""

from __future__ import annotations

import base64

from conformance.driver import expect
from conformance.sequences.participant import Participant, call
from conformance.sequences.steps.family import Family, Step

family = Family()


@family.step("fail", "actions-error")
async def fail(seat: Participant, _: Step) -> None:
    """An action raises."""
    await seat.action("fail", message="on purpose")


@family.step("typed", "actions-arguments")
async def typed(seat: Participant, step: Step) -> None:
    """An action is called with arguments that fit, or that do not."""
    arguments = step["arguments"]
    if type(arguments.get("count")) is int:
        seat.model.assign({"anything": {"label": "none", **arguments}})
    await seat.action("typed", **arguments)


@family.step("notify", "notices-toast")
async def notify(seat: Participant, step: Step) -> None:
    """The server sends a toast."""
    seat.model.synced()
    mark = await seat.action("notify", message=step["message"], level="info")
    toast = {"type": "info", "message": step["message"]}
    expect.equal(
        seat.peer.events("_TOAST", mark), [toast], "the toasts", requirement="notices-toast"
    )


@family.step("send-file", "notices-download")
async def send_file(seat: Participant, step: Step) -> None:
    """The server sends a file."""
    seat.model.synced()
    content = base64.b64encode(bytes.fromhex(step["content"])).decode()
    mark = await seat.action("sendFile", filename="a.bin", content=content)
    file = {"filename": "a.bin", "data": content}
    expect.equal(
        seat.peer.events("_DOWNLOAD", mark), [file], "the files", requirement="notices-download"
    )


@family.step("call-back", "actions-to-client")
async def call_back(seat: Participant, step: Step) -> None:
    """The server calls the client several times, between changes; the order is kept."""
    seat.model.synced()
    numbers = range(step["count"])
    calls = [call("callBack", name="ring", arguments={"n": number}) for number in numbers]
    mark = await seat.at_once(*calls)
    expect.equal(
        seat.peer.events("_ACTION:TESTEE", mark),
        [{"type": "ring", "n": number} for number in numbers],
        "the calls of the client, in their order",
        requirement="actions-to-client" if len(numbers) == 1 else "connection-order",
    )
