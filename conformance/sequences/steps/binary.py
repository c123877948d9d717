"""Steps that send bytes either way."""

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
async def bytes_in(seat: Participant, step: Step) -> None:
    """The client sends bytes to an action."""
    content = bytes.fromhex(step["content"])
    metadata = {"type": "receiveBytes", "label": step["label"]}
    digest = hashlib.sha256(content).hexdigest()
    seat.model.assign(
        {"anything": {"label": step["label"], "size": len(content), "sha256": digest}}
    )
    await seat.peer.send_pair("_ACTION:TESTEE", metadata, content)
    await seat.at_once()


@family.step("bytes-out", "binary-deliver")
async def bytes_out(seat: Participant, step: Step) -> None:
    """The server sends bytes."""
    seat.model.synced()
    content = bytes.fromhex(step["content"])
    metadata = {"type": "here", "label": step["label"]}
    encoded = base64.b64encode(content).decode()
    mark = await seat.action("sendBytes", metadata=metadata, content=encoded)
    pairs = [r for r in seat.connection.received[mark:] if r.content is not None]
    found = [[r.event.data["metadata"], (r.content or b"").hex()] for r in pairs]
    expect.equal(found, [[metadata, content.hex()]], "the pairs", requirement="binary-deliver")


@family.step("bytes-alone", "binary-unannounced")
async def bytes_alone(seat: Participant, step: Step) -> None:
    """The client sends bytes that nothing announced."""
    await seat.connection.send_bytes(bytes.fromhex(step["content"]))
    await seat.at_once()


@family.step("cut-pair", "binary-per-connection")
async def cut_pair(seat: Participant, _: Step) -> None:
    """The connection is lost between an announcement and its bytes, which come on the next one."""
    await seat.connection.send("_BIN_META", LOST)
    await seat.reconnect(Connection.cut)
    await seat.connection.send_bytes(b"lost")
    await seat.at_once()
