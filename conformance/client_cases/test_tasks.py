"""Cases for spec/tasks.md: a client starts and cancels tasks."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import ClientUnderTest, call
from conformance.driver import expect
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("events-envelope")
async def test_client_starts_and_cancels_a_task(client: ClientUnderTest) -> None:
    since = await client.act("startTask", name="count", arguments={"steps": 3, "intervalMs": 0})
    await client.act("cancelTask", name="count", arguments={})
    started = client.events("_TASK_START:TESTEE", since)
    expect.equal(started, [{"type": "count", "steps": 3, "intervalMs": 0}], "the start")
    expect.equal(client.events("_TASK_CANCEL:TESTEE", since), [{"type": "count"}], "the end")


@case("connection-order")
async def test_client_sends_start_and_cancellation_in_their_order(client: ClientUnderTest) -> None:
    since = await client.at_once(
        call("assign", name="number", value=1),
        call("startTask", name="a", arguments={}),
        call("cancelTask", name="a", arguments={}),
        call("startTask", name="a", arguments={}),
    )
    received = [r.event.name for r in client.connection.received[since:]][:4]
    wanted = ["_PATCH", "_TASK_START", "_TASK_CANCEL", "_TASK_START"]
    expect.equal(received, wanted, "the events of the client, in order")


@case("state-set-replaces")
async def test_client_follows_the_list_of_running_tasks(client: ClientUnderTest) -> None:
    await client.patch({"op": "add", "path": "/runningTasks/-", "value": "count"})
    await client.holds(runningTasks=["count"])
    await client.patch({"op": "remove", "path": "/runningTasks/0"})
    await client.holds(runningTasks=[], requirement="patch-operations")
