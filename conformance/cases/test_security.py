"""Cases for spec/security.md: isolation of sessions, load, and what close reasons reveal."""

from __future__ import annotations

import secrets

import pytest

from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.errors import ClosedEarly
from conformance.runner.case import case


@case("security-slow-reader")
async def test_stalled_client_does_not_hold_up_another_session(
    dialogue: Dialogue, peer: Peer
) -> None:
    other = await dialogue.open_other_session()
    await peer.assign("anything", "x" * 900_000)
    await peer.fence()
    peer.connection.stall()
    for _ in range(12):
        await peer.send("_GET:TESTEE", {})
    for number in range(1, 11):
        await other.assign("number", number)
        expect.equal((await other.in_sync())["number"], number, "the other session's number")


@case("security-errors")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{{"type":"{secret}"', id="malformed"),
        pytest.param('{{"type":"_PATCH:TESTEE","data":"{secret}"}}', id="refused-patch"),
        pytest.param('{{"type":"_ACTION:TESTEE","data":["{secret}"]}}', id="refused-action"),
    ],
)
async def test_reason_for_closing_tells_nothing_of_the_input(peer: Peer, text: str) -> None:
    secret = secrets.token_hex(4)
    await peer.send_text(text.format(secret=secret))
    try:
        await peer.fence()
    except ClosedEarly:
        closing = await peer.closed()
        expect.true(
            secret not in closing.reason and "Traceback" not in closing.reason,
            expected="a reason that at most names the rule",
            received=str(closing),
        )
