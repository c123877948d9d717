"""Fences: the answer to a `_GET` is not mistaken for a change that is sent as `_SET`."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.server import ServerConnection

from conformance.driver.dialogue import Dialogue
from conformance.driver.target import Target
from conformance.protocol.fences import Fences
from conformance.protocol.wire import Event
from tests.conformance.liars import announce, lying, send

pytestmark = pytest.mark.io


def test_so_many_states_are_awaited_as_there_can_be_changes() -> None:
    fences = Fences()
    fences.received(Event("_SET:SECOND", {}))
    assert fences.missing("SECOND") == 1
    fences.sent('{"type":"_ACTION:SECOND","data":{"type":"assign","name":"value","value":1}}')
    fences.sent('{"type":"_ACTION:TESTEE","data":{"type":"reset"}}')
    assert fences.missing("SECOND") == 3
    fences.received(Event("_SET:SECOND", {}))
    assert fences.missing("SECOND") == 2
    fences.sent('{"type":"_GET:SECOND"}')
    assert fences.missing("SECOND") == 3
    fences.sent("{")
    fences.received(Event("_TOAST", {}))
    assert fences.missing("SECOND") == 3
    fences.sent('{"type":"_ACTION:TESTEE","data":{"type":"burst","count":7}}')
    assert fences.missing("TESTEE") == 1 + 1 + 1 + 7


async def answers_late(connection: ServerConnection) -> None:
    """Sends a change of SECOND as `_SET`, and the effect of the next action only later."""
    await announce(connection, [])
    async for frame in connection:
        event = json.loads(frame)
        if event["type"] == "_ACTION:SECOND":
            await send(connection, "_SET:SECOND", {"value": event["data"]["value"]})
        elif event["type"] == "_ACTION:TESTEE":
            await asyncio.sleep(0.05)
            data = {"type": "info", "message": "effect"}
            await send(connection, "_TOAST", data)
        elif event["type"] == "_GET:SECOND":
            await send(connection, "_SET:SECOND", {"value": 1})


async def test_change_that_was_under_way_is_not_taken_for_the_answer() -> None:
    async with lying(answers_late) as url:
        for sets in (False, True):
            dialogue = Dialogue(Target(url, sets=sets))
            peer = await dialogue.open()
            await peer.assign("value", 1, key="SECOND")
            await peer.assign("text", "x")
            await peer.fence()
            assert bool(peer.events("_TOAST")) is sets
            await dialogue.release()
