"""Steps that send bytes in either direction."""

from __future__ import annotations

import base64
import hashlib

from conformance.driver import expect
from conformance.driver.connection import Connection
from conformance.sequences.participant import Participant
from conformance.sequences.steps.family import Family, Step

LOST = {"type": "_ACTION:TESTEE", "metadata": {"type": "receiveBytes", "label": "lost"}}

family = Family()


@family.step("bytes-in", "binary-deliver")
async def bytes_in(client: Participant, step: Step) -> None:
    """The client sends bytes to an action."""
    content = bytes.fromhex(step["content"])
    metadata = {"type": "receiveBytes", "label": step["label"]}
    digest = hashlib.sha256(content).hexdigest()
    client.model.assign(
        {"anything": {"label": step["label"], "size": len(content), "sha256": digest}}
    )
    await client.peer.send_pair("_ACTION:TESTEE", metadata, content)
    await client.at_once()


@family.step("bytes-out", "binary-deliver")
async def bytes_out(client: Participant, step: Step) -> None:
    """The server sends bytes."""
    client.model.synced()
    content = bytes.fromhex(step["content"])
    metadata = {"type": "here", "label": step["label"]}
    encoded = base64.b64encode(content).decode()
    mark = await client.action("sendBytes", metadata=metadata, content=encoded)
    pairs = [r for r in client.connection.received[mark:] if r.content is not None]
    found = [[r.event.data["metadata"], (r.content or b"").hex()] for r in pairs]
    expect.equal(found, [[metadata, content.hex()]], "the pairs", requirement="binary-deliver")


@family.step("bytes-alone", "binary-unannounced")
async def bytes_alone(client: Participant, step: Step) -> None:
    """The client sends bytes without an announcement."""
    await client.connection.send_bytes(bytes.fromhex(step["content"]))
    await client.at_once()


@family.step("cut-pair", "binary-per-connection")
async def cut_pair(client: Participant, _: Step) -> None:
    """The connection is lost after an announcement, and its bytes follow on the next one."""
    await client.connection.send("_BIN_META", LOST)
    await client.reconnect(Connection.cut)
    await client.connection.send_bytes(b"lost")
    await client.at_once()
