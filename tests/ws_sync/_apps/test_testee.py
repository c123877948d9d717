"""Tests of `ws_sync._apps.testee`: the actions and tasks of `spec/testee.md`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from conformance.protocol.contract import FEATURES, initial_state
from tests.ws_sync.harness import Client, Server
from ws_sync._apps.testee import make_app

pytestmark = pytest.mark.io

INITIAL = initial_state(FEATURES)


@asynccontextmanager
async def connected() -> AsyncIterator[Client]:
    async with Server(make_app()) as server, server.connect("/ws/a/b") as client:
        for _ in range(3):
            await client.receive()
        yield client


async def state(client: Client) -> Any:
    return (await client.fence("TESTEE"))[1]


async def test_three_of_four_objects_are_announced_in_order() -> None:
    async with Server(make_app()) as server, server.connect("/ws/a") as client:
        assert await client.receive() == ("_SET:TESTEE", INITIAL)
        assert await client.receive() == ("_SET:SECOND", {"value": 0})
        assert await client.receive() == ("_SET:scope/NESTED", {"value": 0})
        assert await client.fence("LAZY") == ([], {"value": 0})


CALLS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "assign": ({"name": "items", "value": [1]}, {"items": [1], "itemCount": 1}),
    "assign no list": ({"name": "items", "value": 5}, {"items": 5}),
    "assign unknown": ({"name": "sync", "value": 5}, {}),
    "assignMany": ({"values": {"text": "a", "flag": True}}, {"text": "a", "flag": True}),
    "assignQuietly": ({"name": "text", "value": "q"}, {"text": "q"}),
    "publish": ({}, {}),
    "burst": ({"count": 3}, {"number": 3}),
    "typed": ({"count": 3}, {"anything": {"count": 3, "label": "none"}}),
    "typed badly": ({"count": "three"}, {}),
    "fail": ({"message": "secret"}, {}),
}


@pytest.mark.parametrize(("call", "effect"), CALLS.items(), ids=CALLS.keys())
async def test_action_has_its_effect(call: str, effect: Any) -> None:
    arguments, changes = effect
    async with connected() as client:
        await client.act("TESTEE", call.partition(" ")[0], **arguments)
        assert await state(client) == INITIAL | changes
        await client.act("TESTEE", "reset")
        assert await state(client) == INITIAL


async def test_second_object_is_assigned_and_reset() -> None:
    async with connected() as client:
        await client.act("SECOND", "assign", name="value", value=[1])
        await client.act("SECOND", "assign", name="sync", value=1)
        assert (await client.fence("SECOND"))[1] == {"value": [1]}
        await client.act("TESTEE", "reset")
        assert (await client.fence("SECOND"))[1] == {"value": 0}


async def test_later_assignment_comes_by_itself() -> None:
    async with connected() as client:
        await client.act("TESTEE", "assignLater", name="text", value="late", afterMs=1)
        assert (await client.receive())[1][0]["value"] == "late"
        await client.act("TESTEE", "assignLater", name="text", value="never", afterMs=60_000)
        await client.act("TESTEE", "reset")
        assert await state(client) == INITIAL


async def test_server_calls_notices_and_bytes_reach_the_client() -> None:
    content = base64.b64encode(b"abc").decode()
    async with connected() as client:
        await client.act("TESTEE", "callBack", name="show", arguments={"n": 1})
        await client.act("TESTEE", "notify", message="m", level="error")
        await client.act("TESTEE", "sendFile", filename="f", content=content)
        await client.act("TESTEE", "sendBytes", metadata={"type": "show"}, content=content)
        assert (await client.fence("TESTEE"))[0] == [
            ("_ACTION:TESTEE", {"type": "show", "n": 1}),
            ("_TOAST", {"type": "error", "message": "m"}),
            ("_DOWNLOAD", {"filename": "f", "data": content}),
            ("_BIN_META", {"type": "_ACTION:TESTEE", "metadata": {"type": "show"}}),
            b"abc",
        ]


async def test_bytes_are_received() -> None:
    async with connected() as client:
        metadata = {"type": "receiveBytes", "label": "x"}
        await client.send_pair("_ACTION:TESTEE", metadata, b"abc")
        digest = hashlib.sha256(b"abc").hexdigest()
        expected = {"label": "x", "size": 3, "sha256": digest}
        assert (await state(client))["anything"] == expected


async def test_tasks_run_and_end() -> None:
    async with connected() as client:
        await client.send("_TASK_START:TESTEE", {"type": "wait"})
        await client.send("_TASK_START:TESTEE", {"type": "count", "steps": 2, "intervalMs": 0})
        await client.send("_TASK_START:TESTEE", {"type": "crash"})
        while (current := await state(client))["runningTasks"] != ["wait"]:
            pass
        assert current["number"] == 2
        await client.send("_TASK_CANCEL:TESTEE", {"type": "wait"})
        while (current := await state(client))["runningTasks"]:
            pass
        assert current["text"] == "cancelled"
        await client.send("_TASK_START:TESTEE", {"type": "wait"})
        await client.act("TESTEE", "reset")
        assert await state(client) == INITIAL


async def test_pair_of_ids_selects_a_session() -> None:
    async with Server(make_app()) as server:
        for user, expected in (("u", ""), ("v", ""), ("u", "changed")):
            async with server.connect("/auth") as client:
                assert await client.receive() == ("_REQUEST_USER_SESSION", None)
                await client.send("_USER_SESSION", {"user": user, "session": "s"})
                assert (await client.receive())[1]["text"] == expected
                await client.act("TESTEE", "assign", name="text", value="changed")
                await state(client)
        async with server.connect("/auth") as client:
            await client.send("_USER_SESSION", {"user": "u"})
            assert await client.close_code() == 4401
