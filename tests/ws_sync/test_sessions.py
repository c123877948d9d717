"""Tests of `ws_sync.sessions`: sessions of a store are created, found, limited and ended."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.websockets import WebSocket

from tests.ws_sync.harness import DEADLINE, Client, Server
from ws_sync import Sessions, SessionState, Sync, get_global_session, remote_task, sync_all
from ws_sync._apps.routes import Routes
from ws_sync.tokens import Tokens

pytestmark = pytest.mark.io


class Notes:
    sync: Sync

    @sync_all("NOTES")
    def __init__(self, text: str = "") -> None:
        self.text = text
        self._started = asyncio.Event()
        self._ended = asyncio.Event()

    @remote_task
    async def wait(self) -> None:
        self._started.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._ended.set()


class Clock:
    """A clock that only changes when it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Ending(SessionState):
    """Notes the end of its session."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def on_terminate(self) -> None:
        self.ended.set()


@asynccontextmanager
async def serving(sessions: Sessions) -> AsyncIterator[Server]:
    """Serve a store; the query of the URL is the identity; without one the client is asked."""

    async def endpoint(ws: WebSocket) -> None:
        await sessions.handle_connection(ws, ws.url.query or None)
        served.put_nowait(None)

    served: asyncio.Queue[None] = asyncio.Queue()
    async with Server(endpoint) as server:
        server.served = served  # type: ignore[attr-defined]
        yield server


async def left(server: Server) -> None:
    """Wait until the store has noticed the end of a connection."""
    async with asyncio.timeout(DEADLINE):
        await server.served.get()  # type: ignore[attr-defined]


async def identified(client: Client, user: str, session: str) -> None:
    assert await client.receive() == ("_REQUEST_USER_SESSION", None)
    await client.send("_USER_SESSION", {"user": user, "session": session})


async def test_sessions_are_made_once_for_each_identity() -> None:
    sessions = Sessions(Notes)
    async with serving(sessions) as server:
        for name, expected in (("a", ""), ("b", ""), ("a", "changed")):
            async with server.connect(f"/?{name}") as client:
                assert await client.receive() == ("_SET:NOTES", {"text": expected})
                await client.patch("NOTES", "replace", "/text", value="changed")
                await client.fence("NOTES")
            await left(server)
    assert len(sessions) == 2
    assert sessions.get("a") is not sessions.get("b")
    assert sessions.get("c") is None


async def test_client_is_asked_where_no_identity_is_given() -> None:
    async with serving(sessions := Sessions(lambda pair: Notes(" ".join(pair)))) as server:
        async with server.connect() as client:
            await identified(client, "ann", "1")
            assert await client.receive() == ("_SET:NOTES", {"text": "ann 1"})
        assert sessions.get(("ann", "1")) is not None


async def test_client_without_identification_gets_no_session() -> None:
    async with serving(sessions := Sessions(Notes)) as server:
        async with server.connect() as client:
            await client.send("_USER_SESSION", {"user": "ann"})
            assert await client.close_code() == 4401
        assert len(sessions) == 0


async def test_own_identification_may_turn_a_client_away() -> None:
    async def identify(ws: Any) -> None:
        await ws.accept()
        await ws.close(4403)

    async with serving(sessions := Sessions(Notes, identify=identify)) as server:
        async with server.connect() as client:
            assert await client.close_code() == 4403
        assert len(sessions) == 0


async def test_own_identification_may_look_at_the_handshake_alone() -> None:
    def identify(ws: Any) -> str:
        return str(ws.headers["x-user"])

    async with serving(sessions := Sessions(lambda user: Notes(user), identify=identify)) as server:
        async with server.connect(additional_headers={"X-User": "ann"}) as client:
            assert await client.receive() == ("_SET:NOTES", {"text": "ann"})
        assert sessions.get("ann") is not None


async def test_client_that_proves_nothing_gets_no_session() -> None:
    tokens = Tokens("a secret of enough bytes")
    async with serving(sessions := Sessions(Notes, verify=tokens)) as server:
        for user, session in [("ann", "1"), ("bob", tokens.issue("ann", "1"))]:
            async with server.connect() as client:
                await identified(client, user, session)
                assert await client.close_code() == 4401
        assert len(sessions) == 0


async def test_new_token_leads_to_the_same_session() -> None:
    time = Clock()
    tokens = Tokens("a secret of enough bytes", clock=time)
    async with serving(sessions := Sessions(lambda: Notes("mine"), verify=tokens)) as server:
        async with server.connect() as first, server.connect() as second:
            await identified(first, "ann", tokens.issue("ann", "1"))
            assert await first.receive() == ("_SET:NOTES", {"text": "mine"})
            time.now += 1
            await identified(second, "ann", tokens.issue("ann", "1"))
            assert await second.receive() == ("_SET:NOTES", {"text": "mine"})
            assert (await first.receive())[0] == "_DISCONNECT"
        assert sessions.get(("ann", "1")) is not None
        assert len(sessions) == 1


def test_hook_that_would_not_be_called_is_an_error() -> None:
    with pytest.raises(TypeError, match="not both"):
        Sessions(Notes, verify=lambda *_: True, identify=lambda _: "a")


def test_where_proof_is_asked_for_no_path_names_a_session() -> None:
    routes = Routes(Sessions(Notes, verify=lambda *_: True))
    assert routes.find("/ws/a") is None
    assert routes.find("/ws") is not None
    assert [route.path for route in routes.app().routes] == ["/ws"]  # type: ignore[attr-defined]
    assert Routes(Sessions(Notes)).find("/ws/a") is not None


async def make_later(identity: str) -> Notes:
    await asyncio.sleep(0)
    return Notes(identity)


def make(identity: str) -> Notes:
    notes = Notes(identity)
    assert get_global_session() is notes.sync.session
    return notes


class Mine(Notes):
    def __init__(self) -> None:
        super().__init__("x")


@pytest.mark.parametrize("factory", [make_later, make, Mine], ids=["async", "sync", "class"])
async def test_factory_makes_objects_inside_the_session(factory: Any) -> None:
    sessions = Sessions(factory)
    async with serving(sessions) as server, server.connect("/?x") as client:
        assert await client.receive() == ("_SET:NOTES", {"text": "x"})


def test_factory_that_takes_two_arguments_is_refused() -> None:
    with pytest.raises(TypeError, match="missing a required argument"):
        Sessions(lambda user, session: Notes(user + session))


async def test_simultaneous_first_connections_share_one_session() -> None:
    made: list[Notes] = []
    may_go_on = asyncio.Event()

    async def slowly() -> Notes:
        made.append(Notes())
        await may_go_on.wait()
        return made[-1]

    sessions = Sessions(slowly)
    async with (
        serving(sessions) as server,
        server.connect("/?a"),
        server.connect("/?a") as second,
    ):
        may_go_on.set()
        assert (await second.until("_SET:NOTES"))[1] == {"text": ""}
    assert len(made) == 1


async def test_first_connection_that_leaves_does_not_stop_the_factory() -> None:
    may_go_on, made = asyncio.Event(), asyncio.Event()

    async def slowly() -> Notes:
        made.set()
        await may_go_on.wait()
        return Notes()

    sessions = Sessions(slowly)
    async with serving(sessions) as server:
        async with server.connect("/?a"), asyncio.timeout(DEADLINE):
            await made.wait()
        may_go_on.set()
        await left(server)
        async with server.connect("/?a") as client:
            assert await client.receive() == ("_SET:NOTES", {"text": ""})


async def test_failing_factory_closes_with_1011_and_is_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures = [RuntimeError("no database")]

    def factory() -> Notes:
        if failures:
            raise failures.pop()
        return Notes()

    async with serving(sessions := Sessions(factory)) as server:
        async with server.connect("/?a") as client:
            assert await client.close_code() == 1011
        assert len(sessions) == 0
        assert "the factory of a session failed" in caplog.text
        async with server.connect("/?a") as client:
            assert await client.receive() == ("_SET:NOTES", {"text": ""})


async def test_factory_that_makes_nothing_is_told_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(Sessions(lambda: None)) as server:
        async with server.connect("/?a") as client:
            await client.send("_GET:NOTES")
        await left(server)
    assert "no object is synced" in caplog.text


async def test_full_store_closes_with_1013_and_still_serves_its_sessions() -> None:
    async with serving(Sessions(Notes, limit=1)) as server:
        async with server.connect("/?a") as first:
            await first.receive()
            async with server.connect("/?b") as second:
                assert await second.close_code() == 1013
            await first.fence("NOTES")
        async with server.connect("/?a") as again:
            assert await again.receive() == ("_SET:NOTES", {"text": ""})


async def test_session_ends_after_its_grace_and_not_before() -> None:
    clock = Clock()
    sessions = Sessions(Notes, grace=10, clock=clock)
    async with serving(sessions) as server:
        async with server.connect("/?a") as client:
            await client.receive()
            clock.now = 100
            assert await sessions.sweep() == 0
        await left(server)
        clock.now = 109
        assert await sessions.sweep() == 0
        async with server.connect("/?a") as client:
            await client.receive()
            clock.now = 200
        await left(server)
        clock.now = 210
        assert await sessions.sweep() == 1
    assert len(sessions) == 0


async def test_timer_ends_a_session_without_any_sweep() -> None:
    state: list[Ending] = []

    def factory() -> Notes:
        state.append(Ending())
        get_global_session().state = state[-1]
        return Notes()

    async with serving(sessions := Sessions(factory, grace=0)) as server:
        async with server.connect("/?a") as client:
            await client.receive()
        async with asyncio.timeout(DEADLINE):
            await state[0].ended.wait()
    assert len(sessions) == 0


async def test_lifetime_ends_a_session_that_is_connected() -> None:
    clock = Clock()
    sessions = Sessions(Notes, lifetime=10, clock=clock)
    async with serving(sessions) as server, server.connect("/?a") as client:
        await client.receive()
        clock.now = 10
        assert await sessions.sweep() == 1
        message = "This session has ended. Please refresh the page."
        assert await client.receive() == ("_DISCONNECT", message)
        assert await client.close_code() == 1000
        async with server.connect("/?a") as fresh:
            assert await fresh.receive() == ("_SET:NOTES", {"text": ""})


async def test_ended_session_cancels_its_tasks_and_leaves_nothing() -> None:
    clock = Clock()
    made: list[weakref.ref[Notes]] = []
    ended: list[asyncio.Event] = []

    async def factory() -> Notes:
        notes = Notes()
        made.append(weakref.ref(notes))
        ended.append(notes._ended)
        return notes

    sessions = Sessions(factory, grace=10, clock=clock)
    async with serving(sessions) as server:
        async with server.connect("/?a") as client:
            await client.receive()
            await client.send("_TASK_START:NOTES", {"type": "wait"})
            await client.fence("NOTES")
        await left(server)
        clock.now = 10
        await sessions.sweep()
        assert ended[0].is_set()
        gc.collect()
        assert made[0]() is None


async def test_closing_sends_clients_to_the_next_process_and_cancels_tasks() -> None:
    made: dict[str, Notes] = {}

    def factory(identity: str) -> Notes:
        return made.setdefault(identity, Notes())

    async with serving(sessions := Sessions(factory)) as server:
        async with server.connect("/?a") as client, server.connect("/?b") as other:
            await other.receive()
            await client.receive()
            await client.send("_TASK_START:NOTES", {"type": "wait"})
            async with asyncio.timeout(DEADLINE):
                await made["a"]._started.wait()
                async with sessions:
                    pass
            assert await client.close_code() == 1012
            assert await other.close_code() == 1012
        assert made["a"]._ended.is_set()
        async with server.connect("/?c") as late:
            assert await late.close_code() == 1012
    assert len(sessions) == 0


async def test_store_serves_again_when_it_is_opened_again() -> None:
    async with serving(sessions := Sessions(Notes)) as server:
        await sessions.close()
        async with sessions, server.connect("/?a") as client:
            assert await client.receive() == ("_SET:NOTES", {"text": ""})


async def test_closing_does_not_wait_for_a_stubborn_task_beyond_its_deadline(
    caplog: pytest.LogCaptureFixture,
) -> None:
    may_end = asyncio.Event()

    class Stubborn:
        sync: Sync

        @sync_all("NOTES")
        def __init__(self) -> None:
            pass

        @remote_task
        async def wait(self) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await may_end.wait()

    caplog.set_level(logging.WARNING)
    sessions = Sessions(Stubborn)
    async with serving(sessions) as server, server.connect("/?a") as client:
        await client.receive()
        await client.send("_TASK_START:NOTES", {"type": "wait"})
        await client.fence("NOTES")
        async with asyncio.timeout(DEADLINE):
            await sessions.close(deadline=0.05)
        may_end.set()
    assert "did not end within 0.05 seconds" in caplog.text


async def test_closing_turns_away_who_waits_for_a_factory() -> None:
    began = asyncio.Event()

    async def never() -> None:
        began.set()
        await asyncio.Event().wait()

    async with serving(sessions := Sessions(never)) as server, server.connect("/?a") as client:
        async with asyncio.timeout(DEADLINE):
            await began.wait()
            await sessions.close()
        assert await client.close_code() == 1012
