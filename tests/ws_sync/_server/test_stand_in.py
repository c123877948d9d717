"""Tests of `ws_sync._server.stand_in`: sessions whose methods are the application's."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, Mock, call

import pytest

from tests.ws_sync.harness import Server
from ws_sync import Session, Sync, remote_action, remote_task, session_context, sync_all

PATCHED = call("_PATCH:N", [{"op": "replace", "path": "/value", "value": 1}])


class Number:
    @sync_all("N")
    def __init__(self) -> None:
        self.sync: Sync
        self.value: Any = 0

    @remote_action("ADD")
    async def add(self, amount: int) -> None:
        self.value += amount
        await self.sync()


class Recording(Session):
    """A session that records what it sends, and may keep it back."""

    def __init__(self, lets_out: bool = True) -> None:
        super().__init__()
        self.sent: list[tuple[str, Any]] = []
        self.lets_out = lets_out

    async def send(self, event: str, data: Any = None) -> None:
        await asyncio.sleep(0)
        self.sent.append((event, data))
        if self.lets_out:
            await super().send(event, data)

    async def init(self) -> None:
        await self.send("hello", 1)
        await super().init()
        await self.send("ready")


def mock_session() -> Any:
    session = Mock(spec=Session)
    session.send = AsyncMock()
    session.is_connected = True
    return session


def number_in(session: Any) -> Number:
    token = session_context.set(session)
    try:
        return Number()
    finally:
        session_context.reset(token)


@pytest.mark.io
async def test_subclass_sees_every_event_in_order_with_its_data() -> None:
    with Recording() as session:
        number = Number()
    async with Server(session) as server, server.connect() as client:
        before, _ = await client.until("ready")
        assert before == [("hello", 1), ("_SET:N", {"value": 0})]
        await client.act("N", "ADD", amount=1)
        await client.until("_PATCH:N")
        await client.patch("N", "replace", "/value", value="x" * 3)
        assert await client.fence("N") == ([], {"value": "xxx"})
        await session.disconnect("bye")
        assert await client.receive() == ("_DISCONNECT", "bye")
    assert [event for event, _ in session.sent] == [
        "hello", "_SET:N", "ready", "_PATCH:N", "_SET:N", "_DISCONNECT",
    ]  # fmt: skip
    assert session.sent[3][1] == [{"op": "replace", "path": "/value", "value": 1}]
    assert number.value == "xxx"


@pytest.mark.io
async def test_end_of_a_session_goes_through_its_methods() -> None:
    session = Recording()
    async with Server(session) as server, server.connect() as client:
        await client.until("ready")
        await session.terminate("bye")
        assert await client.receive() == ("_DISCONNECT", "bye")
    assert session.sent[-1] == ("_DISCONNECT", "bye")


@pytest.mark.io
async def test_subclass_may_send_nothing() -> None:
    with Recording(lets_out=False) as session:
        number = Number()
    async with Server(session) as server, server.connect() as client:
        await client.send("_GET:N")
        number.value = 5
        session.lets_out = True
        await session.disconnect("bye")
        assert await client.receive() == ("_DISCONNECT", "bye")


@pytest.mark.io
async def test_takeover_calls_the_overridden_disconnect() -> None:
    class Polite(Session):
        async def disconnect(self, message: str = "moved", ws: Any = None) -> None:
            await super().disconnect(message, ws)

    async with Server(Polite()) as server, server.connect() as older, server.connect() as newer:
        assert await older.receive() == ("_DISCONNECT", "moved")
        await newer.send("x")


async def test_mock_gets_patches_of_the_state_at_construction() -> None:
    session = mock_session()
    number = number_in(session)
    assert [each.args[0] for each in session.register_event.call_args_list] == [
        "_GET:N", "_SET:N", "_PATCH:N", "_ACTION:N", "_TASK_START:N", "_TASK_CANCEL:N",
    ]  # fmt: skip
    session.register_init.assert_called_once()
    await number.sync()
    session.send.assert_not_awaited()
    number.value = 1
    await number.sync()
    await number.sync.toast("done", type="info")
    assert session.send.await_args_list == [
        PATCHED, call("_TOAST", {"type": "info", "message": "done"}),
    ]  # fmt: skip
    session.is_connected = False
    number.value = 2
    await number.sync()
    assert session.send.await_count == 2
    assert number.sync.session is session


async def test_handlers_that_a_mock_was_given_work() -> None:
    session = mock_session()
    number = number_in(session)
    handlers = {each.args[0]: each.args[1] for each in session.register_event.call_args_list}
    await handlers["_ACTION:N"]({"type": "ADD", "amount": 1})
    await handlers["_SET:N"]({"value": 7})
    assert number.value == 7
    await handlers["_GET:N"]({})
    await session.register_init.call_args.args[0]()
    assert session.send.await_args_list == [PATCHED, call("_SET:N", {"value": 7})]


async def test_large_value_of_the_beginning_is_replaced_by_the_first_patch() -> None:
    class Rows:
        @sync_all("ROWS")
        def __init__(self) -> None:
            self.sync: Sync
            self.rows = list(range(200))

    session = mock_session()
    token = session_context.set(session)
    rows = Rows()
    session_context.reset(token)
    rows.rows = [1]
    await rows.sync()
    (_, operations), _ = session.send.await_args_list[0]
    assert [(each["path"], each["value"]) for each in operations] == [("/rows", [1])]


async def test_handlers_write_without_a_connection() -> None:
    with Session() as session:
        number = Number()
    await session.event_handlers["_PATCH:N"](PATCHED.args[1])
    assert number.value == 1
    await session.event_handlers["_SET:N"]({"value": 2})
    await session.event_handlers["_SET:N"]({"unknown": 2})
    await session.event_handlers["_GET:N"]({})
    assert number.value == 2


@pytest.mark.parametrize("early", [True, False], ids=["before the object", "after it"])
async def test_mocked_send_of_a_real_session_gets_the_events(early: bool) -> None:
    session, sent = Session(), AsyncMock()
    if early:
        session.send = sent  # type: ignore[method-assign]
    number = number_in(session)
    session.send = sent  # type: ignore[method-assign]
    session.ws = AsyncMock()
    number.value = 1
    await number.sync()
    assert sent.await_args_list == [PATCHED]


async def test_running_tasks_are_sent_when_a_task_was_started() -> None:
    class Worker:
        @sync_all("W", expose_running_tasks=True)
        def __init__(self) -> None:
            self.sync: Sync

        @remote_task("WORK")
        async def work(self) -> None: ...

    session = mock_session()
    token = session_context.set(session)
    worker = Worker()
    session_context.reset(token)
    await worker.sync.tasks({"type": "WORK"})
    assert session.send.await_args_list == [
        call("_PATCH:W", [{"op": "add", "path": "/running_tasks/0", "value": "WORK"}])
    ]
    await worker.sync.running_tasks["WORK"]


async def test_error_of_an_overridden_send_reaches_the_caller() -> None:
    session = mock_session()
    number = number_in(session)
    number.value = 1
    session.send.side_effect = KeyError("no")
    with pytest.raises(KeyError, match="no"):
        await number.sync()


async def test_changes_without_a_caller_are_sent_soon() -> None:
    session = mock_session()
    number = number_in(session)
    done = asyncio.Event()
    session.send.side_effect = lambda *_: done.set()
    number.value = 1
    number.sync._synced.publish_alone()
    async with asyncio.timeout(60):
        await done.wait()
    assert session.send.await_args_list == [PATCHED]


@pytest.mark.io
async def test_events_that_an_overridden_send_passes_on_are_counted_once() -> None:
    session = Recording()
    number = number_in(session)
    async with Server(session) as server, server.connect() as client:
        await client.until("_SET:N")
        number.value = 1
        await number.sync()
        await client.until("_PATCH:N")
        assert (session.counters.sent_states, session.counters.sent_patches) == (1, 1)
