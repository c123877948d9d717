"""Cases for spec/notices.md: toasts and downloads."""

from __future__ import annotations

import pytest

from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer, to_base64, wait_some_time
from conformance.protocol.wire import JSON
from conformance.runner.case import case

BASIC = "notices/toast-arrives-with-its-level[info]"


@case("notices-toast", needs="toast")
@pytest.mark.parametrize("level", ["default", "message", "info", "success", "warning", "error"])
async def test_toast_arrives_with_its_level(peer: Peer, level: str) -> None:
    mark = peer.mark()
    await peer.action("notify", message=f"hello {level}", level=level)
    toast = await peer.next("_TOAST", since=mark)
    expect.equal(toast.event.data, {"type": level, "message": f"hello {level}"}, "the toast")


@case("notices-toast", needs="toast")
@pytest.mark.parametrize(
    "message", ["", "é 😀\n<b>\u2028", "x" * 10_000], ids=["empty", "special", "long"]
)
async def test_text_of_a_toast_is_kept(peer: Peer, message: str) -> None:
    mark = peer.mark()
    await peer.action("notify", message=message, level="info")
    toast = await peer.next("_TOAST", since=mark)
    expect.equal(toast.event.data["message"], message, "the message")


@case("notices-download", needs="download")
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"a", id="two-padding"),
        pytest.param(b"ab", id="one-padding"),
        pytest.param(b"abc", id="no-padding"),
        pytest.param(bytes(range(256)), id="every-byte"),
        pytest.param(b"\xfb\xff\xfe", id="plus-and-slash"),
        pytest.param(b"x" * 200_000, id="200-kB"),
    ],
)
async def test_file_arrives(peer: Peer, content: bytes) -> None:
    mark = peer.mark()
    await peer.action("sendFile", filename="grün (1).txt", content=to_base64(content))
    file = await peer.next("_DOWNLOAD", since=mark)
    expected: JSON = {"filename": "grün (1).txt", "data": to_base64(content)}
    expect.equal(file.event.data, expected, "the file")


@case("notices-no-state", needs=("toast", "download"), after=BASIC)
async def test_notices_change_no_document(peer: Peer) -> None:
    before = await peer.get()
    await peer.action("notify", message="hello", level="info")
    await peer.action("sendFile", filename="a", content=to_base64(b"a"))
    expect.equal(await peer.in_sync(), before, "the state")


@case("notices-not-kept", needs="toast", after=BASIC)
async def test_toast_of_a_lost_connection_is_not_sent_later(dialogue: Dialogue, peer: Peer) -> None:
    clock = await dialogue.open_other_session()
    await peer.action("notify", message="for the first", level="info")
    await peer.connection.cut()
    await wait_some_time(clock)  # a slow server sends it before the later connection exists
    again = await dialogue.reconnect(peer)
    await again.fence()
    expect.equal(again.events("_TOAST"), [], "the toasts on the later connection")
