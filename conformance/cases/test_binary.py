"""Cases for spec/binary.md: `_BIN_META` and the binary frame that follows it."""

from __future__ import annotations

import hashlib
import secrets

import pytest

from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer, to_base64
from conformance.protocol.wire import JSON, Event, same
from conformance.runner.case import case

CONTENTS = [
    pytest.param(b"", id="empty"),
    pytest.param(b"\x00", id="nul"),
    pytest.param(bytes(range(256)), id="every-byte"),
    pytest.param(b'{"type":"_GET:TESTEE"}', id="looks-like-an-event"),
    pytest.param(bytes(n % 251 for n in range(300_000)), id="300-kB"),
]
ACTION = "_ACTION:TESTEE"
UNKNOWN = f"NO-{secrets.token_hex(4)}"


def receive(label: JSON) -> JSON:
    """The metadata of a pair that calls `receiveBytes`."""
    return {"type": "receiveBytes", "label": label}


def digest(content: bytes, label: JSON) -> JSON:
    """The value that `receiveBytes` assigns to `anything`."""
    sha256 = hashlib.sha256(content).hexdigest()
    return {"label": label, "size": len(content), "sha256": sha256}


@case("binary-pair", needs="binary")
async def test_bytes_follow_their_announcement_among_other_events(peer: Peer) -> None:
    mark = peer.mark()
    for number in range(20):
        await peer.action(
            "sendBytes", metadata={"type": "n", "n": number}, content=to_base64(bytes([number]))
        )
        await peer.action("burst", count=1)
    await peer.in_sync()
    pairs = [r for r in peer.connection.received[mark:] if r.event.name == "_BIN_META"]
    found = [[r.event.data["metadata"].get("n"), list(r.content or b"")] for r in pairs]
    expect.equal(found, [[n, [n]] for n in range(20)], "the pairs")


@case("binary-pair", needs=("binary", "tasks"))
async def test_bytes_follow_their_announcement_while_a_task_syncs(peer: Peer) -> None:
    await peer.start("count", steps=300, intervalMs=0)
    content = bytes(50_000)
    for number in range(10):
        await peer.action(
            "sendBytes", metadata={"type": "n", "n": number}, content=to_base64(content)
        )
    await peer.until(lambda state: state["number"] == 300, "number 300 in the client's copy")
    await peer.in_sync()


@case("binary-deliver", needs="binary")
async def test_bytes_of_the_client_have_an_effect(peer: Peer) -> None:
    # Wait for the change and do not ask: other cases judge when a pair has its effect.
    told = digest(b"bytes", "bytes")
    await peer.send_pair(ACTION, receive("bytes"), b"bytes")
    await peer.until(lambda state: same(state["anything"], told), f"the attribute anything: {told}")


@case("binary-deliver", needs="binary")
@pytest.mark.parametrize("content", CONTENTS)
async def test_bytes_of_the_client_arrive(peer: Peer, content: bytes) -> None:
    await peer.send_pair(ACTION, receive("grün 😀"), content)
    state = await peer.in_sync()
    expect.equal(state["anything"], digest(content, "grün 😀"), "the attribute anything")


@case("binary-deliver", needs="binary")
@pytest.mark.parametrize("content", CONTENTS)
async def test_bytes_of_the_server_arrive(peer: Peer, content: bytes) -> None:
    mark = peer.mark()
    metadata = {"type": "picture", "name": "grün 😀", "nested": {"a": [1, None]}}
    await peer.action("sendBytes", metadata=metadata, content=to_base64(content))
    pair = await peer.next("_BIN_META", since=mark)
    expect.equal(pair.event.data, {"type": ACTION, "metadata": metadata}, "the announcement")
    expect.true(
        pair.content == content,
        expected=f"the {len(content)} bytes that were sent",
        received=f"{len(pair.content or b'')} other bytes",
    )


@case("binary-position", needs="binary")
async def test_pair_stands_in_the_order_of_events(peer: Peer) -> None:
    await peer.assign("anything", "before")
    await peer.send_pair(ACTION, receive(1), b"one")
    await peer.send_pair(ACTION, receive(2), b"two")
    await peer.action("assign", name="table", value={"after": True})
    state = await peer.in_sync()
    expect.equal(state["anything"], digest(b"two", 2), "the attribute anything")
    expect.equal(state["table"], {"after": True}, "the attribute table")


@case("binary-position", needs="binary")
async def test_pair_takes_effect_with_its_binary_frame(peer: Peer) -> None:
    await peer.connection.send("_BIN_META", {"type": ACTION, "metadata": receive("late")})
    await peer.assign("anything", "between")
    await peer.connection.send_bytes(b"bytes")
    state = await peer.in_sync()
    expect.equal(state["anything"], digest(b"bytes", "late"), "the attribute anything")


@case("binary-text-between", needs="binary")
async def test_text_frame_between_is_handled(peer: Peer) -> None:
    await peer.connection.send("_BIN_META", {"type": ACTION, "metadata": receive("x")})
    await peer.assign("text", "between")
    await peer.fence()
    expect.equal(peer.mirror()["text"], "between", "text in the client's copy")
    await peer.connection.send_bytes(b"bytes")
    expect.equal(
        (await peer.in_sync())["anything"], digest(b"bytes", "x"), "the attribute anything"
    )


@case("binary-newest", needs="binary")
async def test_bytes_belong_to_the_last_announcement(peer: Peer) -> None:
    await peer.connection.send("_BIN_META", {"type": ACTION, "metadata": receive("first")})
    await peer.connection.send("_BIN_META", {"type": ACTION, "metadata": receive("second")})
    await peer.connection.send_bytes(b"bytes")
    state = await peer.in_sync()
    expect.equal(state["anything"], digest(b"bytes", "second"), "the attribute anything")
    await unchanged_by_bytes(peer, "binary-newest")  # the server has dropped the first one


@case("binary-unannounced", needs="binary")
async def test_bytes_without_announcement_are_ignored(peer: Peer) -> None:
    await unchanged_by_bytes(peer, "binary-unannounced")
    await peer.send_pair(ACTION, receive("after"), b"bytes")
    state = await peer.in_sync()
    expect.equal(state["anything"], digest(b"bytes", "after"), "the attribute anything")


@case("binary-unannounced")
async def test_event_in_a_binary_frame_is_not_handled(dialogue: Dialogue, peer: Peer) -> None:
    data = {"type": "assign", "name": "text", "value": "lost"}
    event = Event("_ACTION:TESTEE", data).text().encode()
    await dialogue.unchanged(peer, peer.connection.send_bytes(event))


@case("binary-per-connection", needs="binary")
@pytest.mark.parametrize("end", ["close", "cut"])
async def test_announcement_ends_with_its_connection(
    dialogue: Dialogue, peer: Peer, end: str
) -> None:
    await peer.connection.send("_BIN_META", {"type": ACTION, "metadata": receive("lost")})
    await (peer.connection.close() if end == "close" else peer.connection.cut())
    again = await dialogue.reconnect(peer)
    await dialogue.unchanged(again, again.connection.send_bytes(b"bytes"))


@case("binary-per-connection", needs="binary")
async def test_announcement_is_not_that_of_another_session(dialogue: Dialogue, peer: Peer) -> None:
    other = await dialogue.open_other_session()
    await peer.connection.send("_BIN_META", {"type": ACTION, "metadata": receive("mine")})
    await peer.alive("binary-text-between")
    await dialogue.unchanged(other, other.connection.send_bytes(b"bytes"))


@case("binary-reserved", needs="binary")
async def test_metadata_can_not_stand_for_the_bytes(dialogue: Dialogue, peer: Peer) -> None:
    await dialogue.unchanged(
        peer, peer.send_pair(ACTION, {**receive("lost"), "data": "forged"}, b"bytes")
    )


@case("binary-malformed", needs="binary")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="array"),
        pytest.param({"metadata": receive("lost")}, id="no-type"),
        pytest.param({"type": ACTION}, id="no-metadata"),
        pytest.param({"type": 5, "metadata": receive("lost")}, id="type-number"),
        pytest.param({"type": ACTION, "metadata": [receive("lost")]}, id="metadata-array"),
        pytest.param({"type": ACTION, "metadata": None}, id="metadata-null"),
    ],
)
async def test_malformed_announcement_is_refused_with_its_bytes(peer: Peer, data: JSON) -> None:
    bytes_ = peer.connection.send_bytes(b"bytes")
    await peer.ignores(peer.send_illegal("_BIN_META", data), bytes_)
    await peer.send_pair(ACTION, receive("good"), b"other")
    state = await peer.in_sync()
    expect.equal(state["anything"], digest(b"other", "good"), "the attribute anything")


@case("binary-unknown", needs="binary")
@pytest.mark.parametrize(
    "type_",
    [f"_ACTION:{UNKNOWN}", UNKNOWN, f"_{UNKNOWN}:TESTEE"],
    ids=["key", "custom", "reserved"],
)
async def test_pair_for_an_unknown_event_is_ignored(peer: Peer, type_: str) -> None:
    await peer.ignores(peer.send_pair(type_, receive("lost"), b"bytes"))


@case("binary-no-state", needs="binary")
@pytest.mark.parametrize("type_", ["_SET:TESTEE", "_PATCH:TESTEE", "_BIN_META", "_DISCONNECT"])
async def test_pair_for_an_event_without_bytes_is_refused(
    dialogue: Dialogue, peer: Peer, type_: str
) -> None:
    await dialogue.unchanged(peer, peer.send_pair(type_, {"text": "lost"}, b"bytes"))


async def unchanged_by_bytes(peer: Peer, requirement: str) -> None:
    """Demand that a binary frame without an announcement does nothing."""
    await peer.ignores(peer.connection.send_bytes(b"unannounced"), requirement=requirement)
