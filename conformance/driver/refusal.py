"""How a refusal is judged: what it left unchanged apart from how the server behaved afterwards.

A server may close the connection where it should not; whether the state is as before is another
question, and is asked on a new connection then.
"""

from __future__ import annotations

from collections.abc import Awaitable

from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.errors import ClosedEarly


async def survivor(dialogue: Dialogue, peer: Peer) -> Peer:
    """Who can go on when everything sent so far was handled: this peer, or one in its place."""
    try:
        await peer.fence()
    except ClosedEarly:
        return await dialogue.reconnect(peer)
    return peer


async def unchanged(
    dialogue: Dialogue,
    peer: Peer,
    attempt: Awaitable[None],
    *,
    requirement: str | None = None,
    key: str = "TESTEE",
) -> Peer:
    """Demand that an attempt leaves a document as it is; who can go on afterwards.

    Raises:
        Violation: It does not.
    """
    before = await peer.get(key)
    await attempt
    peer = await survivor(dialogue, peer)
    expect.equal(await peer.get(key), before, f"{key} as it was", requirement=requirement)
    return peer
