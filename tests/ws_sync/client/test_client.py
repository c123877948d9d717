"""Tests of the client with a real server: reconnection, calls in both directions, errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidURI
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from tests.ws_sync.harness import DEADLINE, Server
from ws_sync import Session, Sync, get_user_session, remote_action, remote_task, sync_all
from ws_sync._core.json.codec import JSON, decode, encode, frame
from ws_sync.client import (
    Backoff,
    Client,
    NoConnection,
    NoState,
    NotInSync,
    Stopped,
    WouldWait,
)
from ws_sync.client.connector import is_loopback
from ws_sync.exceptions import NotJSON

pytestmark = pytest.mark.io


class Notes:
    @sync_all("NOTES", expose_running_tasks=True)
    def __init__(self) -> None:
        self.title = ""
        self.items: list[Any] = []
        self.table: dict[str, Any] = {}

    sync: Sync

    @remote_action("rename")
    async def rename(self, title: str) -> None:
        self.title = title
        await self.sync()

    @remote_action("upload")
    async def upload(self, data: bytes, name: str) -> None:
        self.table = {name: len(data)}
        await self.sync()

    @remote_task("wait")
    async def wait(self) -> None:
        await asyncio.Event().wait()


class Titled(BaseModel):
    title: str


def quick(url: str, **options: Any) -> Client:
    return Client(url, backoff=Backoff(0.01, 0.05), **options)


class Stage:
    """A session, its server and its clients."""

    def __init__(self) -> None:
        self.session = Session()
        with self.session:
            self.notes = Notes()

    @asynccontextmanager
    async def client(self, **options: Any) -> AsyncIterator[Client]:
        async with (
            Server(self.session) as server,
            quick(f"ws://127.0.0.1:{server.port}/", **options) as client,
        ):
            await client.synced("NOTES")
            yield client


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def until(client: Client, holds: Callable[[dict[str, JSON]], bool]) -> None:
    """Wait for changes of NOTES until a condition is true."""
    changed = asyncio.Event()
    client.on_change(lambda _: changed.set())
    async with asyncio.timeout(DEADLINE):
        while not holds(client.state("NOTES")):
            changed.clear()
            await changed.wait()


async def test_copy_follows_the_server(stage: Stage) -> None:
    async with stage.client() as client:
        stage.notes.items = [{"a/b": 1}]
        await stage.notes.sync()
        await until(client, lambda state: state["items"] == [{"a/b": 1}])
        assert client.keys() == ["NOTES"]
        assert client.status == "connected"


async def test_state_is_a_copy_of_ones_own(stage: Stage) -> None:
    async with stage.client() as client:
        client.state("NOTES")["items"].append(1)
        assert client.state("NOTES")["items"] == []


async def test_block_of_edits_arrives_as_one_patch(stage: Stage) -> None:
    async with stage.client() as client:
        async with client.edit("NOTES") as notes:
            notes["title"] = "Groceries"
            notes["items"].append("milk")
            notes["table"]["a/b~"] = None
        await client.synced()
        assert stage.notes.title == "Groceries"
        assert stage.notes.items == ["milk"]
        assert stage.notes.table == {"a/b~": None}


async def spoil(client: Client) -> None:
    async with client.edit("NOTES") as notes:
        notes["title"] = "lost"
        del notes["missing"]


async def test_block_that_raises_changes_nothing(stage: Stage) -> None:
    async with stage.client() as client:
        with pytest.raises(KeyError):
            await spoil(client)
        assert client.state("NOTES")["title"] == ""
        with pytest.raises(NotJSON):
            async with client.edit("NOTES") as notes:
                notes["title"] = {1, 2}
        assert client.state("NOTES")["title"] == ""


async def test_edit_as_a_model_keeps_what_the_model_does_not_know(stage: Stage) -> None:
    async with stage.client() as client:
        async with client.edit("NOTES") as notes:
            notes["items"] = [1]
        async with client.edit("NOTES", Titled) as titled:
            titled.title = "typed"
        await client.synced()
        assert (stage.notes.title, stage.notes.items) == ("typed", [1])
        assert client.state("NOTES", Titled) == Titled(title="typed")


async def test_change_of_the_server_during_a_block_is_kept(stage: Stage) -> None:
    async with stage.client() as client:
        async with client.edit("NOTES") as notes:
            notes["items"].append("mine")
            stage.notes.title = "theirs"
            await stage.notes.sync()
            await until(client, lambda state: state["title"] == "theirs")
        await client.synced()
        assert (stage.notes.title, stage.notes.items) == ("theirs", ["mine"])


async def test_edit_can_wait_for_publish(stage: Stage) -> None:
    async with stage.client() as client:
        async with client.edit("NOTES", send=False) as notes:
            notes["title"] = "later"
        await client.call("NOTES", "upload_nothing")
        await client.fetch("NOTES")
        assert stage.notes.title == ""
        assert client.state("NOTES")["title"] == "later"
        await client.publish("NOTES")
        await client.synced()
        assert stage.notes.title == "later"


async def test_calls_tasks_and_bytes_reach_the_server(stage: Stage) -> None:
    async with stage.client() as client:
        await client.call("NOTES", "rename", title="called")
        await client.send_bytes("NOTES", "upload", b"\0\1", name="file")
        await client.start("NOTES", "wait")
        await client.synced()
        assert client.state("NOTES")["title"] == "called"
        assert client.state("NOTES")["table"] == {"file": 2}
        assert stage.notes.sync.running_tasks.keys() == {"wait"}
        await client.cancel("NOTES", "wait")
        await until(client, lambda state: not state["running_tasks"])


@pytest.mark.parametrize("name", ["type"])
async def test_argument_that_can_not_be_sent_is_refused(stage: Stage, name: str) -> None:
    async with stage.client() as client:
        with pytest.raises(TypeError):
            await client.call("NOTES", "rename", **{name: 1})
        with pytest.raises(TypeError):
            await client.send_bytes("NOTES", "upload", b"", data=1)
        with pytest.raises(NotJSON):
            await client.call("NOTES", "rename", title=float("nan"))


async def test_server_calls_the_client_and_sends_notices(stage: Stage) -> None:
    async with stage.client() as client:
        got: list[Any] = []

        @client.action("NOTES", "ping")
        async def ping(what: str, callback: int) -> None:
            got.append((what, callback))

        @client.action("NOTES", "fails")
        def fails() -> None:
            raise ZeroDivisionError

        client.action("NOTES")(got.append)
        client.on_toast(lambda message, level: got.append((message, level)))
        client.on_download(lambda name, content: got.append((name, content)))
        client.on("mine")(got.append)
        sync = stage.notes.sync
        await sync.send_action({"type": "fails"})
        await sync.send_action({"type": "ping", "what": "a", "callback": 1})
        await sync.send_action({"type": "__class__"})
        await stage.session.send("_TOAST", {"message": "hello", "type": "info"})
        await sync.download("a.txt", b"content")
        await sync.send_binary({"type": "raw", "n": 1}, b"\xff")
        await stage.session.send("mine", {"x": 1})
        await client.synced()
        assert got == [
            ("a", 1),
            {"type": "__class__"},
            ("hello", "info"),
            ("a.txt", b"content"),
            {"type": "raw", "n": 1, "data": b"\xff"},
            {"x": 1},
        ]


async def test_callback_can_not_wait_for_a_later_event(stage: Stage) -> None:
    async with stage.client() as client:
        raised: list[type[Exception]] = []

        @client.action("NOTES", "ping")
        async def ping() -> None:
            try:
                await client.synced()
            except WouldWait as error:
                raised.append(type(error))

        await stage.notes.sync.send_action({"type": "ping"})
        await client.synced()
        assert raised == [WouldWait]


async def test_edits_without_a_connection_are_made_against_the_new_state(stage: Stage) -> None:
    async with Server(stage.session) as first, quick(f"ws://127.0.0.1:{first.port}/") as client:
        await client.synced("NOTES")
        async with client.edit("NOTES") as notes:
            notes["items"] = ["a", "b"]
        await client.synced()
        client.url = "ws://127.0.0.1:1/"  # nothing listens there
        await cut(client)
        with pytest.raises(NoConnection):
            await client.call("NOTES", "rename", title="lost")
        async with client.edit("NOTES") as notes:
            notes["items"][1] = "mine"
        stage.notes.items.insert(0, "theirs")
        await stage.notes.sync()
        with pytest.raises(NotInSync, match="can't connect to"):
            await client.synced(wait=0.2)
        client.url = f"ws://127.0.0.1:{first.port}/"
        await client.synced()
        assert stage.notes.items == ["theirs", "a", "mine"]
        assert client.state("NOTES")["items"] == ["theirs", "a", "mine"]


async def cut(client: Client) -> None:
    """Lose the connection without a close frame, and wait until the client has noticed."""
    connector = client._connector
    connector.require("nothing").abort()
    await connector.wait_until(lambda: client.status != "connected", DEADLINE)


async def test_two_clients_of_two_sessions_are_kept_equal_by_a_program_between_them() -> None:
    one, other = Stage(), Stage()
    async with one.client() as left, other.client() as right:

        @left.on_change
        async def copied(_: str) -> None:
            async with right.edit("NOTES") as notes:
                notes["title"] = left.state("NOTES")["title"]

        one.notes.title = "from Python to Python"
        await one.notes.sync()
        await left.synced()
        await right.synced()
        assert other.notes.title == "from Python to Python"


async def test_same_identity_is_given_for_the_whole_life() -> None:
    asked: list[tuple[str | None, str | None]] = []
    stage = Stage()

    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        asked.append(await get_user_session(ws))
        await stage.session.handle_connection(ws)

    app = Starlette(routes=[WebSocketRoute("/", endpoint)])
    async with Server(app) as server, quick(f"ws://127.0.0.1:{server.port}/") as client:
        await client.synced("NOTES")
        await cut(client)
        await client.synced("NOTES")
        assert asked == [(client.user, client.session)] * 2
        assert all(asked[0])


async def test_nothing_is_sent_before_the_identification() -> None:
    heard: list[str] = []

    async def endpoint(ws: ServerConnection) -> None:
        await ws.send(frame("_REQUEST_USER_SESSION"))
        heard.append(decode(str(await ws.recv())).type)
        await ws.send(SET)
        async for text in ws:
            if decode(str(text)).type == "_GET:A":
                await ws.send(SET)

    async with serve(endpoint, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with quick(f"ws://127.0.0.1:{port}/") as client:
            await client.fetch("A")
            await cut(client)
            await client.fetch("A")
    assert heard == ["_USER_SESSION"] * 2


async def test_callback_that_awaits_what_is_cancelled_ends_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage.client() as client:

        @client.action("NOTES", "wait")
        async def wait() -> None:
            cancelled = asyncio.create_task(asyncio.Event().wait())
            cancelled.cancel()
            await cancelled

        await stage.notes.sync.send_action({"type": "wait"})
        await client.synced()
        assert client.status == "connected"
    assert any("action 'wait' failed" in line for line in caplog.messages)


async def test_client_whose_end_is_cancelled_leaves_nothing_behind() -> None:
    """A server that does not answer the close frame must not keep it alive."""
    closing = asyncio.Event()

    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        (request,) = protocol.events_received()
        assert isinstance(request, Request)
        protocol.send_response(protocol.accept(request))
        protocol.send_text(SET.encode())
        writer.writelines(protocol.data_to_send())
        await reader.readexactly(1)  # the client sends only the close frame
        closing.set()
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    async with await asyncio.start_server(endpoint, "127.0.0.1", 0) as server:
        client = quick(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        told = asyncio.Event()
        client.on_change(lambda _: told.set())

        async def use() -> None:
            async with client:
                await told.wait()

        async with asyncio.timeout(DEADLINE):
            using = asyncio.create_task(use())
            await closing.wait()
            using.cancel()
            with pytest.raises(asyncio.CancelledError):
                await using
        assert client.status == "disconnected"
        assert client._connector._running is not None
        assert client._connector._running.done()


@pytest.mark.parametrize(
    "place", ["ws://a:99999999/", "ws://[::1", "ws://a..b/", f"ws://{'a' * 300}/", "http://a/"]
)
async def test_server_that_leads_nowhere_is_tried_again(place: str) -> None:
    """An invalid address neither ends the client nor raises in its block."""
    leads = [place]

    def lead(connection: ServerConnection, _: Request) -> Response | None:
        if not leads:
            return None
        response = connection.respond(HTTPStatus.FOUND, "")
        response.headers["Location"] = leads.pop()
        return response

    async def endpoint(ws: ServerConnection) -> None:
        async for _ in ws:
            await ws.send(SET)

    async with serve(endpoint, "127.0.0.1", 0, process_request=lead) as server:
        port = server.sockets[0].getsockname()[1]
        async with quick(f"ws://127.0.0.1:{port}/") as client:
            await client.fetch("A")
    assert not leads


async def test_notices_that_are_none_reach_nobody(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    got: list[object] = []
    async with stage.client() as client:
        client.on_toast(lambda *given: got.append(given))
        client.on_download(lambda *given: got.append(given))
        for toast in ({}, {"message": 1, "type": "info"}, {"message": "", "type": ["info"]}):
            await stage.session.send("_TOAST", toast)
        await stage.session.send("_DOWNLOAD", {"filename": ["a"], "data": ""})
        await client.synced()
    assert got == []
    assert (
        sum(
            "a toast without" in line or "download that is invalid" in line
            for line in caplog.messages
        )
        == 4
    )


async def test_client_that_is_sent_away_stays_away(stage: Stage) -> None:
    async with stage.client() as client:
        await stage.session.disconnect("a newer one has come")
        async with asyncio.timeout(DEADLINE):
            assert await client.stopped() == "a newer one has come"
        assert client.status == "stopped"
        with pytest.raises(Stopped, match="a newer one"):
            await client.call("NOTES", "rename", title="")
        with pytest.raises(Stopped):
            await client.synced()


async def test_loopback_address_is_not_reached_through_a_proxy(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "ws_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with stage.client() as client:
        assert client.status == "connected"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ws://127.0.0.1:8000/ws", True),
        ("ws://127.1.2.3/", True),
        ("wss://[::1]:8000/", True),
        ("ws://localhost/", True),
        ("ws://app.localhost/", True),
        ("ws://10.0.0.1/", False),
        ("ws://localhost.example.org/", False),
    ],
)
def test_loopback_addresses_are_recognised(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


async def test_client_without_a_server_says_why() -> None:
    async with quick("ws://127.0.0.1:1/") as client:
        with pytest.raises(NotInSync, match="can't connect to"):
            await client.synced(wait=0.2)
        with pytest.raises(NoState, match="NOTES"):
            client.state("NOTES")
    with pytest.raises(InvalidURI):
        Client("http://127.0.0.1/")


# Servers that break the rules

State = dict[str, JSON]


@asynccontextmanager
async def scripted(
    *frames: str | bytes,
) -> AsyncIterator[tuple[str, asyncio.Queue[tuple[str, JSON]]]]:
    """Serve some frames, and then answer each `_GET:A` with `{"n": 1}`."""
    heard: asyncio.Queue[tuple[str, JSON]] = asyncio.Queue()

    async def endpoint(ws: ServerConnection) -> None:
        for each in frames:
            await ws.send(each)
        async for text in ws:
            event = decode(str(text))
            heard.put_nowait(event)
            if event.type == "_GET:A":
                await ws.send(frame("_SET:A", '{"n":1}'))

    async with serve(endpoint, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/", heard


def patch(path: str, value: JSON) -> str:
    return frame("_PATCH:A", encode([{"op": "replace", "path": path, "value": value}]))


SET = frame("_SET:A", '{"n":0}')


@pytest.mark.parametrize(
    "frames",
    [
        (patch("/n", 1), SET),
        (SET, patch("/missing", 1)),
        (SET, patch("", 5)),
        (SET, '{"type":"_PATCH:A","data":[{"op":"replace","path":"/n","value":NaN}]}'),
    ],
    ids=["before-the-state", "missing-place", "no-object", "malformed"],
)
async def test_patch_that_can_not_be_applied_leads_to_the_state(frames: tuple[str, ...]) -> None:
    async with scripted(*frames) as (url, heard), quick(url) as client:
        async with asyncio.timeout(DEADLINE):
            assert (await heard.get())[0] == "_GET:A"
        await client.synced("A")
        assert client.state("A") == {"n": 1}


@pytest.mark.parametrize(
    "nonsense",
    [
        "", "[]", "{}", '{"type":5}', '{"type":"_SET:A","data":[]}', '{"type":"_SET:A"}', b"alone",
        '{"type":"_ACTION:A","data":[]}', '{"type":"_GET:B"}', '{"type":"_TOAST","data":5}',
        '{"type":"_DOWNLOAD","data":{"filename":"a","data":"%"}}', '{"type":"_NEW"}',
        '{"type":"_BIN_META","data":{"type":"_SET:A","metadata":{}}}', '{"type":"_USER_SESSION"}',
    ],
)  # fmt: skip
async def test_nonsense_changes_nothing_and_ends_nothing(
    nonsense: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with scripted(SET, nonsense) as (url, _), quick(url) as client:
        await client.synced("A")
        assert client.state("A") == {"n": 1}
        assert client.keys() == ["A"]


async def test_state_that_does_not_come_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_sync.client.documents.ASK_AGAIN", 0.01)
    asked = asyncio.Event()
    count = 0

    async def endpoint(ws: ServerConnection) -> None:
        nonlocal count
        await ws.send(SET)
        await ws.send(patch("/missing", 1))
        async for _ in ws:
            count += 1
            if count == 3:
                asked.set()

    async with serve(endpoint, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with quick(f"ws://127.0.0.1:{port}/"), asyncio.timeout(DEADLINE):
            await asked.wait()


async def test_unannounced_document_is_asked_for_on_each_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ws_sync.client.connector.GREETING", 0.01)
    async with scripted() as (url, heard), quick(url) as client:
        assert await client.fetch("A") == {"n": 1}
        await cut(client)
        await client.synced("A")
        assert heard.qsize() >= 3


async def test_waits_grow_to_the_limit_and_have_a_random_part() -> None:
    backoff = Backoff(0.1, 1.0, random=iter([1, 1, 0, 1, 1, 1, 1]).__next__)
    waits = [backoff.failed() for _ in range(6)]
    assert waits == pytest.approx([0.1, 0.17, 0.1445, 0.4913, 0.83521, 1.0])
    backoff.lasted(0.5)
    assert backoff.failed() == 1.0
    backoff = Backoff(0.1, 1.0, random=lambda: 1)
    backoff.failed()
    backoff.lasted(1.0)
    assert backoff.failed() == 0.1
