"""Tests of `ws_sync.session`: takeover, order, bad input, context."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketState

from tests.ws_sync.harness import DEADLINE, Server
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync.decorators import remote_action, remote_task, sync_all
from ws_sync.exceptions import NoSession, NotConnected, NotJSON
from ws_sync.limits import LIMITS, Limits
from ws_sync.session import Session, SessionState, get_global_session, session_context
from ws_sync.sync import Sync

pytestmark = pytest.mark.io


class Counter:
    sync: Sync

    @sync_all("COUNTER")
    def __init__(self) -> None:
        self.value = 0
        self.log: list[str] = []
        self._began = asyncio.Event()
        self._go_on = asyncio.Event()

    @remote_action
    async def hold(self) -> None:
        self.log.append("begin hold")
        self._began.set()
        await self._go_on.wait()
        self.log.append("end hold")

    @remote_action
    async def note(self, text: str) -> None:
        self.log.append(text)
        await self.sync()

    @remote_action
    async def fail(self) -> None:
        raise RuntimeError("a secret")


class Waiting:
    sync: Sync

    @sync_all("WAITING")
    def __init__(self, ended: list[str]) -> None:
        self._ended = ended

    @remote_task("wait")
    async def wait(self) -> None:
        await asyncio.Event().wait()

    @wait.cancel
    async def wait_cancelled(self) -> None:
        self._ended.append("cancelled")

    @remote_task("leave")
    async def leave(self) -> None:
        await get_global_session().terminate("bye")
        self._ended.append("left")


class Hooks(SessionState):
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.left = asyncio.Event()

    async def on_connect(self) -> None:
        self.calls.append("connect")

    async def on_disconnect(self) -> None:
        self.calls.append("disconnect")
        self.left.set()


def make() -> tuple[Session, Counter]:
    with Session() as session:
        counter = Counter()
    return session, counter


async def test_takeover_serves_the_newer_connection_on() -> None:
    """S-01: the older connection's end must not touch the newer one."""
    session, _ = make()
    session.state = hooks = Hooks()
    async with Server(session) as server, server.connect() as old:
        await old.receive()
        async with server.connect() as new:
            await new.receive()
            frames, text = await old.until("_DISCONNECT")
            assert (frames, type(text)) == ([], str)
            await old.close_code()
            async with asyncio.timeout(DEADLINE):
                await hooks.left.wait()
            assert hooks.calls == ["connect", "connect", "disconnect"]
            await new.act("COUNTER", "note", text="still here")
            assert (await new.fence("COUNTER"))[1]["log"] == ["still here"]
            assert session.is_connected


async def test_takeover_during_an_action_keeps_the_order_of_events() -> None:
    """S-02: an action of the older connection ends before the newer one's events begin."""
    session, counter = make()
    async with Server(session) as server, server.connect() as old:
        await old.act("COUNTER", "hold")
        await old.act("COUNTER", "note", text="behind the takeover")
        async with asyncio.timeout(DEADLINE):
            await counter._began.wait()
        async with server.connect() as new:
            assert (await new.receive())[0] == "_SET:COUNTER"  # does not wait for the action
            await old.until("_DISCONNECT")
            await new.act("COUNTER", "note", text="new")
            counter._go_on.set()
            _, state = await new.fence("COUNTER")
            assert state["log"] == ["begin hold", "end hold", "new"]


async def test_takeover_leaves_first_generation_endpoints_connected() -> None:
    """S-01: `session.ws = None` in the older endpoint must not detach the newer connection."""
    session, counter = make()
    ended = asyncio.Event()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        try:
            await session.new_connection(ws)
            await session.handle_connection()
        finally:
            session.ws = None
            ended.set()

    async with Server(endpoint) as server, server.connect() as old:
        await old.receive()
        async with server.connect() as new:
            await new.receive()
            await old.close_code()
            async with asyncio.timeout(DEADLINE):
                await ended.wait()
            counter.value = 1
            await counter.sync()
            assert (await new.receive())[0] == "_PATCH:COUNTER"


async def test_simultaneous_connections_leave_exactly_one() -> None:
    session, _ = make()
    async with Server(session) as server:
        connections = [server.connect() for _ in range(5)]
        clients = await asyncio.gather(*(c.__aenter__() for c in connections))
        frames = await asyncio.gather(*(client.receive() for client in clients))
        assert {frame[0] for frame in frames} == {"_SET:COUNTER"}
        assert session.ws is not None
        port = session.ws.client.port if session.ws.client is not None else 0
        alive = [c for c in clients if c.socket.local_address[1] == port]
        assert (await alive[0].fence("COUNTER"))[0] == []
        others = [c.until("_DISCONNECT") for c in clients if c is not alive[0]]
        assert len(await asyncio.gather(*others)) == 4
        await asyncio.gather(*(c.__aexit__(None, None, None) for c in connections))


async def test_detaching_ends_the_connection_of_this_task() -> None:
    session, _ = make()

    async def detach(_: Any) -> None:
        session.ws = None

    session.register_event("leave", detach)
    async with Server(session) as server, server.connect() as client:
        await client.send("leave")
        await client.close_code()
        assert session.ws is None


BAD_FRAMES: dict[str, str | bytes] = {
    "no JSON": "hello",
    "array": "[]",
    "no type": "{}",
    "bytes": b"alone",
    "unknown type": '{"type":"_NEW"}',
    "unknown key": '{"type":"_GET:NOBODY"}',
    "server's own": '{"type":"_DISCONNECT","data":"go"}',
    "toast": '{"type":"_TOAST"}',
    "bad meta": '{"type":"_BIN_META","data":{}}',
    "surrogate": '{"type":"_SET:COUNTER","data":{"log":"\\ud800"}}',
    "NaN": '{"type":"_SET:COUNTER","data":{"value":NaN}}',
    "overflow": '{"type":"_SET:COUNTER","data":{"value":1e999}}',
}


@pytest.mark.parametrize("frame", BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
async def test_bad_frame_changes_nothing_and_keeps_the_connection(frame: str | bytes) -> None:
    """S-03 and S-05: lone surrogates and NaN are rejected, and the connection stays."""
    session, _counter = make()
    async with Server(session) as server, server.connect() as client:
        _, before = await client.until("_SET:COUNTER")
        await client.socket.send(frame)
        assert await client.fence("COUNTER") == ([], before)


async def test_many_malformed_frames_end_the_connection() -> None:
    session, _ = make()
    async with Server(session) as server, server.connect() as client:
        for _ in range(LIMITS.malformed):
            await client.socket.send("nonsense")
        assert await client.close_code() == CloseCode.POLICY_VIOLATION


async def test_failing_handler_is_logged_once_and_tells_the_client_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    session, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.act("COUNTER", "fail")
        assert (await client.fence("COUNTER"))[0] == []
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info is not None
    assert "a secret" in str(errors[0].exc_info[1])


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
async def test_code_of_the_application_can_not_end_the_server(
    error: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    class Exits(SessionState):
        sync: Sync

        @sync_all("EXITS")
        def __init__(self) -> None:
            self.other = 1

        @property
        def value(self) -> int:
            return 0

        @value.setter
        def value(self, _: int) -> None:
            raise error

        @remote_action
        def act(self) -> None:
            raise error

        @remote_task
        async def work(self) -> None:
            raise error

        async def on_connect(self) -> None:
            raise error

    with Session() as session:
        session.state = Exits()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.act("EXITS", "act")
        await client.send("_TASK_START:EXITS", {"type": "work"})
        await client.patch("EXITS", "replace", "/value", value=2)
        assert (await client.fence("EXITS"))[1] == {"other": 1, "value": 0}
    assert sum(record.levelno >= logging.ERROR for record in caplog.records) == 4


async def test_pair_survives_text_between_its_halves_but_not_a_reconnect() -> None:
    session, _ = make()
    received: list[Any] = []
    session.register_event("mine", received.append)
    async with Server(session) as server:
        async with server.connect() as client:
            await client.send("_BIN_META", {"type": "mine", "metadata": {"n": 1}})
            await client.fence("COUNTER")
            await client.socket.send(b"1")
            await client.send("_BIN_META", {"type": "mine", "metadata": {"n": 2}})
            await client.fence("COUNTER")
        async with server.connect() as client:
            await client.socket.send(b"2")
            await client.fence("COUNTER")
    assert received == [{"n": 1, "data": b"1"}]


async def test_failing_init_callback_stops_neither_the_others_nor_the_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = Session()

    def fail() -> None:
        raise RuntimeError("init")

    session.register_init(fail)
    with session:
        counter = Counter()
    async with Server(session) as server, server.connect() as client:
        assert (await client.receive())[0] == "_SET:COUNTER"
        assert counter.sync.session is session
    assert "initial callback" in caplog.text


async def test_failing_hook_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    session, _ = make()

    class Failing(SessionState):
        async def on_connect(self) -> None:
            raise RuntimeError("hook")

    session.state = Failing()
    async with Server(session) as server, server.connect() as client:
        assert (await client.fence("COUNTER"))[1]["value"] == 0
    assert "on_connect" in caplog.text


async def test_disconnect_says_goodbye_and_terminate_tells_the_state() -> None:
    session, _ = make()
    ended: list[str] = []

    class State(SessionState):
        async def on_terminate(self) -> None:
            ended.append("terminated")

    session.state = State()
    async with Server(session) as server:
        async with server.connect() as client:
            await client.receive()
            await session.disconnect("bye")
            assert await client.until("_DISCONNECT") == ([], "bye")
            await client.close_code()
        async with server.connect() as client:
            await client.receive()
            await session.terminate()
            await client.until("_DISCONNECT")
    assert ended == ["terminated"]
    await session.disconnect()  # no client is connected: nothing happens


async def test_terminated_session_cancels_its_tasks_and_rejects_connections() -> None:
    session, _ = make()
    ended: list[str] = []
    with session:
        notes = Waiting(ended)

    class State(SessionState):
        async def on_terminate(self) -> None:
            ended.append("terminated")

    session.state = State()
    async with Server(session) as server:
        async with server.connect() as client:
            await client.until("_SET:WAITING")
            await client.send("_TASK_START:WAITING", {"type": "wait"})
            await client.fence("COUNTER")
            (task,) = notes.sync.running_tasks.values()
            await session.terminate("the account was deleted")
            assert task.cancelled()
            _, farewell = await client.until("_DISCONNECT")
            assert farewell == "the account was deleted"
        for _ in range(2):
            async with server.connect() as later:
                assert await later.receive() == ("_DISCONNECT", "the account was deleted")
                assert await later.close_code() == 4410
    await session.terminate()
    assert ended == ["cancelled", "terminated"]
    assert not session.is_connected


async def test_socket_that_is_assigned_to_a_terminated_session_is_rejected() -> None:
    session, _ = make()
    await session.terminate("bye")

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        session.ws = ws
        await session.handle_connection()

    async with Server(endpoint) as server, server.connect() as client:
        assert await client.receive() == ("_DISCONNECT", "bye")
        assert await client.close_code() == CloseCode.SESSION_TERMINATED


async def test_task_may_terminate_its_own_session() -> None:
    session, _ = make()
    ended: list[str] = []
    with session:
        notes = Waiting(ended)
    async with Server(session) as server, server.connect() as client:
        await client.send("_TASK_START:WAITING", {"type": "leave"})
        assert (await client.until("_DISCONNECT"))[1] == "bye"
        await client.close_code()
    assert ended == ["left"]
    assert notes.sync.running_tasks == {}


async def test_disconnect_turns_a_socket_away() -> None:
    session, _ = make()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        await session.disconnect("full", ws)

    async with Server(endpoint) as server, server.connect() as client:
        assert await client.receive() == ("_DISCONNECT", "full")


async def test_assigned_socket_gets_events_without_an_initial_state() -> None:
    session, _ = make()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        session.ws = ws
        await session.send("hello", {"a": 1})
        await session.send_binary("bytes", {}, b"1")
        await session.handle_connection()

    async with Server(endpoint) as server, server.connect() as client:
        assert await client.receive() == ("hello", {"a": 1})
        assert await client.receive() == ("_BIN_META", {"type": "bytes", "metadata": {}})
        assert await client.receive() == b"1"


async def test_nothing_is_sent_without_a_connection() -> None:
    session = Session()
    await session.send("x", object())
    await session.send_binary("x", {}, b"")
    assert not session.is_connected
    with pytest.raises(NotConnected):
        await session.handle_connection()


async def test_send_logs_what_has_no_json_form(caplog: pytest.LogCaptureFixture) -> None:
    """S-05: NaN never leaves the server."""
    session, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await session.send("x", float("nan"))
        await session.send_binary("y", {"z": float("inf")}, b"")
        assert (await client.fence("COUNTER"))[0] == []
    assert [text.partition(":")[0] for text in caplog.messages if "was not sent" in text] == [
        "'x' was not sent",
        "'y' was not sent",
    ]


def test_newer_handler_replaces_an_older_one(caplog: pytest.LogCaptureFixture) -> None:
    session = Session()
    session.register_event("x", print)
    session.register_event("x", len)
    assert session.event_handlers == {"x": len}
    assert "replaces" in caplog.text
    session.deregister_event("x")
    assert session.event_handlers == {}
    session.deregister_event("x")
    assert "no handler of 'x' to remove" in caplog.text


def test_context_nests() -> None:
    with Session() as outer:
        with Session() as inner:
            assert get_global_session() is inner
            with outer:
                assert session_context.get() is outer
        assert get_global_session() is outer
    with pytest.raises(NoSession):
        get_global_session()


def test_detaching_outside_of_an_event_loop_is_harmless() -> None:
    session = Session()
    session.ws = None
    assert session.ws is None


async def test_contexts_of_tasks_overlap() -> None:
    """S-14: the sessions of two tasks do not end each other's context."""
    session = Session()
    inside, leave = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        with session:
            inside.set()
            await leave.wait()

    async def second() -> None:
        await inside.wait()
        with session:
            leave.set()
            await task
        with pytest.raises(NoSession):
            get_global_session()

    task = asyncio.create_task(first())
    await second()


async def test_action_that_awaits_a_cancelled_task_does_not_end_the_connection() -> None:
    session, _ = make()

    async def act(_: Any) -> None:
        task = asyncio.create_task(asyncio.sleep(60))
        task.cancel()
        await task

    session.register_event("act", act)
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        await client.send("act")
        assert (await client.fence("COUNTER"))[0] == []


async def test_hung_action_is_cancelled_some_time_after_a_takeover() -> None:
    with Session(limits=Limits(grace=0.05)) as session:
        counter = Counter()
    async with Server(session) as server, server.connect() as old:
        await old.act("COUNTER", "hold")
        async with asyncio.timeout(DEADLINE):
            await counter._began.wait()
        async with server.connect() as new:
            await new.receive()
            await new.act("COUNTER", "note", text="new")
            assert (await new.fence("COUNTER"))[1]["log"] == ["begin hold", "new"]


async def test_connection_that_ends_with_an_error_does_not_say_that_all_is_well() -> None:
    session, _ = make()

    class Broken(WebSocket):
        async def receive(self) -> Any:
            if self.application_state is WebSocketState.CONNECTED:
                raise ValueError("broken")
            return await super().receive()

    async def endpoint(ws: WebSocket) -> None:
        with pytest.raises(ValueError, match="broken"):
            await session.handle_connection(Broken(ws.scope, ws.receive, ws.send))

    async with Server(endpoint) as server, server.connect() as client:
        assert await client.close_code() == CloseCode.INTERNAL_ERROR


async def test_goodbye_that_can_not_be_sent_leaves_the_connection() -> None:
    session, _ = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        with pytest.raises(NotJSON):
            await session.disconnect("\ud800")
        assert (await client.fence("COUNTER"))[0] == []


async def test_good_event_begins_the_count_of_malformed_ones_anew() -> None:
    session, counter = make()
    async with Server(session) as server, server.connect() as client:
        await client.receive()
        for _ in range(2):
            for _ in range(LIMITS.malformed - 1):
                await client.socket.send("nonsense")
            assert (await client.fence("COUNTER"))[1]["value"] == counter.value


async def test_log_does_not_grow_with_what_a_client_sends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    session, _ = make()
    long = "x" * 100_000
    async with Server(session) as server, server.connect() as client:
        await client.send(long)
        await client.act("COUNTER", long)
        await client.send("_TASK_START:COUNTER", {"type": long})
        await client.send("_TASK_CANCEL:COUNTER", {"type": long})
        await client.send("_BIN_META", {"type": f"_{long}", "metadata": {}})
        await client.patch("COUNTER", long, long)
        await client.until("_SET:COUNTER")  # the answer to the refused patch
        await client.socket.send('{"type":"x","data":1' + "0" * 1000 + "}")
        await client.fence("COUNTER")
    assert len(caplog.records) >= 7
    assert len(caplog.text) < 7000


async def test_socket_that_is_given_twice_is_one_connection() -> None:
    session, _ = make()

    async def endpoint(ws: WebSocket) -> None:
        await session.new_connection(ws)
        await session.handle_connection(ws)

    async with Server(endpoint) as server, server.connect() as client:
        await client.receive()
        assert (await client.fence("COUNTER"))[0] == []


async def test_connection_that_is_replaced_early_is_not_announced_to_the_state() -> None:
    session, _ = make()
    session.state = hooks = Hooks()
    replaced = asyncio.Event()

    async def endpoint(ws: WebSocket) -> None:
        await session.new_connection(ws)
        if not replaced.is_set():
            await replaced.wait()
        await session.handle_connection()

    async with Server(endpoint) as server, server.connect() as old:
        await old.receive()
        async with server.connect() as new:
            await new.receive()
            replaced.set()
            await old.close_code()
            await new.act("COUNTER", "note", text="x")
            await new.fence("COUNTER")
        async with asyncio.timeout(DEADLINE):
            await hooks.left.wait()
    assert sorted(hooks.calls) == ["connect", "disconnect"]


async def test_state_may_be_anything(caplog: pytest.LogCaptureFixture) -> None:
    session, _ = make()
    session.state = {"user": 1}  # type: ignore[assignment]
    async with Server(session) as server, server.connect() as client:
        await client.fence("COUNTER")
    await session.terminate()
    assert caplog.records == []


async def test_ended_connections_and_their_tasks_are_kept_by_nothing() -> None:
    tasks: list[weakref.ref[asyncio.Task[Any]]] = []
    session = Session()

    async def endpoint(ws: WebSocket) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(weakref.ref(task))
        await session.handle_connection(ws)

    with session:
        counter = Counter()
    async with Server(endpoint) as server:
        for _ in range(3):
            async with server.connect() as client:
                await client.receive()
    gc.collect()
    assert [task() for task in tasks] == [None] * 3
    assert counter.sync.session is session
