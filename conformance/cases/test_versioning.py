"""Cases for spec/versioning.md: editions and extensions."""

from __future__ import annotations

import pytest

from conformance.cases.patches import replace
from conformance.driver import expect
from conformance.driver.peer import Peer
from conformance.runner.case import case


@case("versioning-hello-asked")
async def test_server_does_not_begin_with_hello(peer: Peer) -> None:
    await peer.action("burst", count=3)
    await peer.fence()
    await peer.patch(replace("/text", "x"))
    await peer.in_sync()
    expect.equal(peer.events("_HELLO"), [], "_HELLO events")


@case("versioning-hello-subset")
@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param([], id="none"),
        pytest.param(["example.com/unheard-of"], id="unknown"),
        pytest.param(["example.com/a", "revisions", "é 😀", "x" * 300], id="several"),
    ],
)
async def test_answer_names_nothing_that_was_not_offered(peer: Peer, extensions: list[str]) -> None:
    await peer.send("_HELLO", {"extensions": extensions})
    await peer.alive()
    for answer in peer.events("_HELLO"):
        besides = sorted(set(answer["extensions"]) - set(extensions))
        expect.equal(besides, [], "extensions that the client did not name")
    await peer.assign("text", "as before")
    expect.equal((await peer.in_sync())["text"], "as before", "the attribute text")
