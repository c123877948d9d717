"""Cases for spec/binary.md: bytes in both directions."""

from __future__ import annotations

import base64
import hashlib

import pytest

from conformance.client_mode.client_under_test import KEY, ClientUnderTest, call, member
from conformance.driver import expect
from conformance.protocol.wire import JSON, Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


CONTENTS = {
    "empty": b"",
    "text": b"plain",
    "all": bytes(range(256)),
    "json": b'{"type":"_GET:TESTEE"}',
}
ACTION = f"_ACTION:{KEY}"


def recorded(metadata: JSON, content: bytes) -> JSON:
    """The value of `anything` after a pair."""
    sha256 = hashlib.sha256(content).hexdigest()
    return {"bytes": {"metadata": metadata, "size": len(content), "sha256": sha256}}


async def announce(client: ClientUnderTest, data: JSON) -> None:
    """Send a `_BIN_META` alone."""
    await client.illegal("_BIN_META", data)


@case("binary-pair")
async def test_client_sends_bytes_right_behind_their_announcement(client: ClientUnderTest) -> None:
    since = client.mark()
    for name, content in CONTENTS.items():
        text = base64.b64encode(content).decode()
        client.write(
            call("assign", name="text", value=name),
            call("sendBytes", name=name, metadata={"n": [1], "a/b": None}, content=text),
        )
    await client.fence()
    pairs = [r for r in client.connection.received[since:] if r.content is not None]
    sent = {r.event.data["metadata"]["type"]: r.content for r in pairs}
    expect.equal([*sent], [*CONTENTS], "the types of the pairs that the client sends")
    for pair in pairs:
        metadata = pair.event.data["metadata"]
        wanted = {"type": metadata["type"], "n": [1], "a/b": None}
        expect.equal(pair.event.data, {"type": ACTION, "metadata": wanted}, "the announcement")
        expect.true(
            pair.content == CONTENTS[metadata["type"]],
            expected=f"the {len(CONTENTS[metadata['type']])} bytes of the action",
            received=f"{len(pair.content or b'')} different bytes",
        )


@case("binary-deliver")
@pytest.mark.parametrize("content", CONTENTS)
async def test_client_hands_over_bytes_and_metadata(client: ClientUnderTest, content: str) -> None:
    metadata = {"type": "picture", "a/b": [1, None], "size": -1}
    await client.pair(ACTION, metadata, CONTENTS[content])
    await client.fence()
    await client.holds(anything=recorded(metadata, CONTENTS[content]))


@case("binary-position")
async def test_pair_has_its_effect_in_its_place(client: ClientUnderTest) -> None:
    await client.pair(ACTION, {"type": "first"}, b"1")
    since = client.mark()
    client.connection.write_events(Event(f"_GET:{KEY}", {}))
    await client.pair(ACTION, {"type": "second"}, b"2")
    client.connection.write_events(Event(f"_GET:{KEY}", {}))
    await client.fence()
    found = [member(state, "anything") for state in client.events(f"_SET:{KEY}", since)]
    wanted = [recorded({"type": "first"}, b"1"), recorded({"type": "second"}, b"2")]
    expect.equal(found, wanted, "the bytes in the answers")


@case("binary-text-between")
async def test_text_frame_between_is_handled_and_the_pair_kept(client: ClientUnderTest) -> None:
    await announce(client, {"type": ACTION, "metadata": {"type": "x"}})
    await client.patch({"op": "replace", "path": "/text", "value": "between"})
    await client.connection.send_bytes(b"late")
    await client.fence()
    await client.holds(text="between", anything=recorded({"type": "x"}, b"late"))


@case("binary-newest")
@pytest.mark.parametrize("newer", ["good", "malformed"])
async def test_bytes_belong_to_the_last_announcement(client: ClientUnderTest, newer: str) -> None:
    await announce(client, {"type": ACTION, "metadata": {"type": "older"}})
    good = newer == "good"
    await announce(client, {"type": ACTION, "metadata": {"type": "newer"} if good else 5})
    await client.connection.send_bytes(b"1")
    await client.fence()
    await client.holds(anything=recorded({"type": "newer"}, b"1") if good else None)


@case("binary-unannounced")
async def test_bytes_alone_are_ignored(client: ClientUnderTest) -> None:
    await client.connection.send_bytes(b'{"type":"_SET:TESTEE","data":{"text":"lost"}}')
    client.connection.stimulate()
    await client.unaffected()


@case("binary-unannounced")
async def test_announcement_is_used_once(client: ClientUnderTest) -> None:
    await client.pair(ACTION, {"type": "x"}, b"first")
    await client.connection.send_bytes(b"second")
    await client.fence()
    await client.holds(anything=recorded({"type": "x"}, b"first"))


@case("binary-per-connection")
async def test_announcement_ends_with_its_connection(client: ClientUnderTest) -> None:
    await announce(client, {"type": ACTION, "metadata": {"type": "old"}})
    await client.fence()
    await client.connection.cut()
    await client.back()
    await client.connection.send_bytes(b"of the new connection")
    client.connection.stimulate()
    await client.fence()
    await client.holds()


@case("binary-reserved")
async def test_metadata_can_not_stand_for_the_bytes(client: ClientUnderTest) -> None:
    await announce(client, {"type": ACTION, "metadata": {"type": "x", "data": "lie"}})
    await client.connection.send_bytes(b"truth")
    await client.unaffected()


@case("binary-malformed")
@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"type": ACTION}, {"metadata": {}}, {"type": 5, "metadata": {}},
     {"type": ACTION, "metadata": []}],
    ids=["null", "array", "empty", "no-metadata", "no-type", "type-number", "metadata-array"],
)  # fmt: skip
async def test_malformed_announcement_is_refused_with_its_bytes(
    client: ClientUnderTest, data: JSON
) -> None:
    await announce(client, data)
    await client.connection.send_bytes(b"lost")
    await client.unaffected()


@case("binary-unknown")
async def test_pair_of_an_unknown_event_is_ignored(client: ClientUnderTest) -> None:
    await client.pair("nothing", {"type": "x"}, b"1")
    await client.pair("_ACTION:NOWHERE", {"type": "x"}, b"2")
    await client.unaffected()


@case("binary-no-state")
@pytest.mark.parametrize(
    "name", ["_SET:TESTEE", "_PATCH:TESTEE", "_GET:TESTEE", "_BIN_META", "_TOAST"]
)
async def test_pair_of_an_event_without_bytes_is_refused(
    client: ClientUnderTest, name: str
) -> None:
    await client.pair(name, {"text": "lost"}, b"1")
    await client.connection.send_bytes(b"2")
    await client.unaffected()
    expect.equal(client.asked, 0, "the number of _GET:TESTEE that the client sends")
