"""Cases for spec/notices.md: toasts and files."""

from __future__ import annotations

import base64
import hashlib

import pytest

from conformance.client_mode.client_under_test import START, ClientUnderTest, member
from conformance.driver import expect
from conformance.protocol.wire import Event
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("notices-deliver")
@pytest.mark.parametrize("level", ["default", "message", "info", "success", "warning", "error"])
async def test_toast_reaches_the_application(client: ClientUnderTest, level: str) -> None:
    toast = {"message": "Sa\u00fcved \U0001f600 <b>\n", "type": level}
    await client.at_once(Event("_TOAST", toast))
    await client.holds(anything={"toast": toast})


@case("notices-deliver")
@pytest.mark.parametrize(
    "content", [b"", b"text", bytes(range(256)) * 400], ids=["empty", "text", "large"]
)
async def test_file_reaches_the_application(client: ClientUnderTest, content: bytes) -> None:
    name = "r\u00e9sum\u00e9 /.txt"
    data = base64.b64encode(content).decode()
    await client.at_once(Event("_DOWNLOAD", {"filename": name, "data": data}))
    sha256 = hashlib.sha256(content).hexdigest()
    await client.holds(
        anything={"file": {"filename": name, "size": len(content), "sha256": sha256}}
    )


@case("notices-deliver")
async def test_notices_leave_what_the_client_follows(client: ClientUnderTest) -> None:
    await client.set(items=[1], text="kept")
    await client.at_once(Event("_TOAST", {"message": "x", "type": "info"}))
    await client.patch({"op": "add", "path": "/items/-", "value": 2})
    await client.holds(items=[1, 2], anything={"toast": {"message": "x", "type": "info"}})
    expect.equal(client.asked, 0, "the number of _GET:TESTEE that the client sends")


@case("connection-refusal-survives")
async def test_file_that_is_no_base64_is_refused(client: ClientUnderTest) -> None:
    await client.illegal("_DOWNLOAD", {"filename": "a", "data": "%%%"})
    await client.alive()
    await client.holds({**START, "anything": member(await client.reported(), "anything")})
