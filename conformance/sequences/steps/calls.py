"""Steps that call actions of the server and of the client."""

from __future__ import annotations

import base64

from conformance.driver import expect
from conformance.sequences.participant import Participant, call
from conformance.sequences.steps.family import Family, Step

family = Family()


@family.step("fail", "actions-error")
async def fail(client: Participant, _: Step) -> None:
    """An action raises an error."""
    await client.action("fail", message="on purpose")


@family.step("typed", "actions-arguments")
async def typed(client: Participant, step: Step) -> None:
    """An action is called with valid or invalid arguments."""
    arguments = step["arguments"]
    if type(arguments.get("count")) is int:
        client.model.assign({"anything": {"label": "none", **arguments}})
    await client.action("typed", **arguments)


@family.step("notify", "notices-toast")
async def notify(client: Participant, step: Step) -> None:
    """The server sends a toast."""
    client.model.synced()
    mark = await client.action("notify", message=step["message"], level="info")
    toast = {"type": "info", "message": step["message"]}
    expect.equal(
        client.peer.events("_TOAST", mark), [toast], "the toasts", requirement="notices-toast"
    )


@family.step("send-file", "notices-download")
async def send_file(client: Participant, step: Step) -> None:
    """The server sends a file."""
    client.model.synced()
    content = base64.b64encode(bytes.fromhex(step["content"])).decode()
    mark = await client.action("sendFile", filename="a.bin", content=content)
    file = {"filename": "a.bin", "data": content}
    expect.equal(
        client.peer.events("_DOWNLOAD", mark), [file], "the files", requirement="notices-download"
    )


@family.step("call-back", "actions-to-client")
async def call_back(client: Participant, step: Step) -> None:
    """The server calls the client several times, in order."""
    client.model.synced()
    numbers = range(step["count"])
    calls = [call("callBack", name="ring", arguments={"n": number}) for number in numbers]
    mark = await client.at_once(*calls)
    expect.equal(
        client.peer.events("_ACTION:TESTEE", mark),
        [{"type": "ring", "n": number} for number in numbers],
        "the calls of the client, in their order",
        requirement="actions-to-client" if len(numbers) == 1 else "connection-order",
    )
