"""Tests of the log: context of each record, one record per failure, and no line from a peer."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel
from starlette.websockets import WebSocket

from conformance import spec
from tests.documentation import code_blocks, table
from ws_sync import (
    Session,
    Sync,
    Synced,
    remote_action,
    remote_task,
    remote_task_cancel,
    sync_all,
)
from ws_sync._log import ATTRIBUTE, Log, log_fields, peer_of
from ws_sync.session import SessionState
from ws_sync.sessions import Sessions
from ws_sync.testing import TestClient

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "observability.md"
SECRET = "a secret of the application"
ALWAYS = {"record", "requirement", "key", "session", "connection", "peer"}


def calls() -> list[ast.Call]:
    """All calls in the library, except in its command line."""
    paths = [path for path in (ROOT / "ws_sync").rglob("*.py") if path.parent.name != "cli"]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(paths)]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def text_of(node: ast.expr) -> str:
    """The only id in an expression."""
    texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value]
    return next((text for text in texts if isinstance(text, str) and "-" in text), "")


def test_page_has_every_record_with_its_requirement_and_members() -> None:
    rows = {row[0].strip("`"): row for row in table(PAGE, "record")}
    about_calls = [call for call in calls() if ast.unparse(call.func) == "log_fields"]
    names = [str(ast.literal_eval(call.args[0])) for call in about_calls]
    assert sorted(rows) == sorted(names)
    known = spec.requirements()
    for name, call in zip(names, about_calls, strict=True):
        requirement = text_of(call.args[1]) if call.args[1:] else ""
        assert rows[name][2].strip("`") == requirement
        assert not requirement or requirement in known
        members = {str(keyword.arg) for keyword in call.keywords} - ALWAYS
        assert set(re.findall(r"`(\w+)`", rows[name][3])) == members, name


def test_every_record_is_written_with_what_it_is_about() -> None:
    methods = {"debug", "info", "warning", "error", "exception", "log", "say"}
    written = 0
    for call in calls():
        owner, _, method = ast.unparse(call.func).rpartition(".")
        if method in methods and ("log" in owner or method == "say"):
            assert "extra" in {keyword.arg for keyword in call.keywords}, ast.unparse(call)
            written += 1
    assert written > 20


def records(caplog: pytest.LogCaptureFixture, name: str) -> list[logging.LogRecord]:
    return [each for each in caplog.records if getattr(each, ATTRIBUTE)["record"] == name]


class Fragile:
    sync: Sync

    def __init__(self) -> None:
        self.value = 0
        self.broken = False
        self.began = asyncio.Event()

    @property
    def getter(self) -> int:
        if self.broken:
            raise RuntimeError(SECRET)
        return self.value

    @property
    def setter(self) -> int:
        return self.value

    @setter.setter
    def setter(self, _: int) -> None:
        raise RuntimeError(SECRET)

    @remote_action
    async def act(self) -> None:
        raise RuntimeError(SECRET)

    @remote_action
    def act_in_a_thread(self) -> None:
        raise RuntimeError(SECRET)

    @remote_action
    async def add(self, number: int) -> None:
        self.value += number

    @remote_task
    async def fail(self) -> None:
        raise RuntimeError(SECRET)

    @remote_task
    async def break_off(self) -> None:
        self.broken = False

    @remote_task
    async def wait(self) -> None:
        self.began.set()
        await asyncio.Event().wait()

    @remote_task_cancel("wait")
    async def stop(self) -> None:
        raise RuntimeError(SECRET)


class State(SessionState):
    async def on_connect(self) -> None:
        raise RuntimeError(SECRET)

    async def on_disconnect(self) -> None:
        raise RuntimeError(SECRET)

    async def on_terminate(self) -> None:
        raise RuntimeError(SECRET)


def refuse_wildly(value: int) -> int:
    if value:
        raise RuntimeError(SECRET)
    return value


@sync_all()
class Model(Synced, BaseModel):
    value: Annotated[int, AfterValidator(refuse_wildly)] = 0


def session_of(fragile: Fragile) -> Session:
    with Session() as session:
        names: dict[str, Any] = {"value": ..., "getter": ..., "setter": ...}
        fragile.sync = Sync.only(fragile, "F", _expose_running_tasks=True, **names)
    return session


async def custom(_: object) -> None:
    raise RuntimeError(SECRET)


def initial() -> None:
    raise RuntimeError(SECRET)


async def no_step(_: TestClient, __: Fragile) -> None:
    """Do nothing after connecting."""


async def act(client: TestClient, _: Fragile) -> None:
    await client.act("F", "act")


async def act_in_a_thread(client: TestClient, _: Fragile) -> None:
    await client.act("F", "act_in_a_thread")


async def start(client: TestClient, _: Fragile) -> None:
    await client.start("F", "fail")
    await client.until(lambda documents: documents["F"]["running_tasks"] == [])


async def cancel(client: TestClient, fragile: Fragile) -> None:
    await client.start("F", "wait")
    await fragile.began.wait()
    await client.cancel("F", "wait")
    await client.until(lambda documents: documents["F"]["running_tasks"] == [])


async def set_value(client: TestClient, _: Fragile) -> None:
    await client.replace("F", "/setter", 1)


async def get_broken(client: TestClient, fragile: Fragile) -> None:
    fragile.broken = True
    await client.get("F")


async def start_broken(client: TestClient, fragile: Fragile) -> None:
    """The running tasks are published without a caller."""
    fragile.broken = True
    await client.start("F", "break_off")
    await client.until(lambda documents: documents["F"]["running_tasks"] == [])


async def send_custom(client: TestClient, _: Fragile) -> None:
    await client.send("custom", None)
    await client.settle()


CASES: dict[str, tuple[str, Callable[[TestClient, Fragile], Any]]] = {
    "action": ("handler-failed", act),
    "action in a thread": ("handler-failed", act_in_a_thread),
    "task": ("task-failed", start),
    "cancel handler": ("task-failed", cancel),
    "setter": ("write-failed", set_value),
    "getter when asked": ("attribute-failed", get_broken),
    "getter when a task changes": ("attribute-failed", start_broken),
    "handler of the user's": ("handler-failed", send_custom),
}


@pytest.mark.parametrize("case", CASES)
async def test_failure_is_logged_once_with_its_traceback_and_the_client_hears_nothing(
    case: str, caplog: pytest.LogCaptureFixture
) -> None:
    name, step = CASES[case]
    fragile = Fragile()
    session = session_of(fragile)
    session.register_event("custom", custom)
    async with TestClient(session) as client:
        await step(client, fragile)
        await client.act("F", "nothing that there is")  # the connection is still open
        sent = json.dumps([[event.type, event.data] for event in client.events])
    expect_one(caplog, name)
    assert SECRET not in sent


def expect_one(caplog: pytest.LogCaptureFixture, name: str) -> dict[str, Any]:
    failures = [record for record in caplog.records if record.exc_info]
    assert [getattr(each, ATTRIBUTE)["record"] for each in failures] == [name]
    told = "".join(logging.Formatter().format(record) for record in failures)
    assert told.count(f"RuntimeError: {SECRET}") == 1
    members: dict[str, Any] = getattr(failures[0], ATTRIBUTE)
    return members


async def test_getter_that_fails_at_once_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    fragile = Fragile()
    session = session_of(fragile)
    fragile.broken = True
    async with TestClient(session) as client:
        assert client.documents["F"]["getter"] is None
    expect_one(caplog, "attribute-failed")


async def test_getter_that_fails_at_a_sync_is_raised_there_and_logged_once_where_it_was_called(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fragile = Fragile()
    session = session_of(fragile)
    async with TestClient(session) as client:
        session.register_event("sync", lambda _: fragile.sync())
        fragile.broken = True
        await client.send("sync")
        await client.settle()
    assert expect_one(caplog, "handler-failed")["event"] == "sync"


async def test_document_made_later_is_announced_and_its_failure_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fragile = Fragile()
    fragile.broken = True
    with Session() as session:
        pass
    async with TestClient(session) as client:
        names: dict[str, Any] = {"value": ..., "getter": ...}
        with session:
            sync = Sync.only(fragile, "F", **names)  # announced by the event loop
        await client.settle()
        assert client.documents["F"] == {"value": 0, "getter": None}
    expect_one(caplog, "attribute-failed")
    assert sync.key == "F"


async def test_validator_that_fails_wildly_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with Session() as session:
        model = Model()
    async with TestClient(session) as client:
        await client.replace("Model", "/value", 3)
        assert client.documents["Model"]["value"] == 0
        assert SECRET not in json.dumps([event.data for event in client.events])
    assert model.value == 0
    expect_one(caplog, "write-failed")


async def test_refusal_of_a_validator_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    with Session() as session:
        _model = Model()
    async with TestClient(session) as client:
        await client.replace("Model", "/value", "no number")
    assert [getattr(each, ATTRIBUTE)["record"] for each in caplog.records] == ["write-refused"]


async def test_callback_of_a_new_connection_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = Session()
    session.register_init(initial)
    async with TestClient(session):
        pass
    expect_one(caplog, "initial-failed")


async def test_hooks_are_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    session = Session()
    session.state = State()
    async with TestClient(session):
        pass
    await session.terminate()
    failed = records(caplog, "hook-failed")
    names = [getattr(each, ATTRIBUTE)["name"] for each in failed]
    assert names == ["on_connect", "on_disconnect", "on_terminate"]
    assert all(each.exc_info for each in failed)
    assert len(caplog.records) == 3


async def test_factory_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def factory() -> None:
        raise RuntimeError(SECRET)

    class Socket(TestClient):
        pass

    async with Sessions(factory) as sessions:
        served = _Served(sessions, "the identity")
        async with Socket(served) as client:  # type: ignore[arg-type]  # it serves as a session does
            pass
    assert expect_one(caplog, "factory-failed")["session"] == "the identity"
    assert client.close_code == 1011


class _Served:
    """Serves the connections of one identity, as a session would."""

    connection = None

    def __init__(self, sessions: Sessions, identity: str) -> None:
        self.sessions, self.identity = sessions, identity

    async def handle_connection(self, ws: WebSocket) -> None:
        await self.sessions.handle_connection(ws, self.identity)


FORGERY = "\n2026-01-01 ERROR forged\r\x1b[2J\u2028\x00" * 20_000


def nasty(client: TestClient) -> Iterator[Any]:
    yield client.send(FORGERY)
    yield client.send(f"_ACTION:{FORGERY}", {"type": "act"})
    yield client.send("_ACTION:F", {"type": FORGERY})
    yield client.send("_ACTION:F", FORGERY)
    yield client.send("_ACTION:F", {"type": "add", "number": FORGERY})
    yield client.send("_TASK_START:F", {"type": FORGERY})
    yield client.send("_TASK_CANCEL:F", {"type": FORGERY})
    yield client.send("_PATCH:F", FORGERY)
    yield client.send("_PATCH:F", [{"op": FORGERY, "path": "/value"}])
    yield client.send("_PATCH:F", [{"op": "add", "path": f"/{FORGERY}", "value": FORGERY}])
    yield client.send("_SET:F", {FORGERY: FORGERY})
    yield client.send("_BIN_META", {"type": f"_SET:{FORGERY}", "metadata": {}})
    yield client.send_text(FORGERY)
    yield client.send_text('{"type": "\\ud800"}')
    yield client.send_text(f'{{"{FORGERY}": ')


async def test_no_line_of_the_log_is_written_by_a_peer(caplog: pytest.LogCaptureFixture) -> None:
    fragile = Fragile()
    session = session_of(fragile)
    session.identity = ("\nforged", FORGERY)
    client = TestClient(session)
    client._ws.scope["client"] = (FORGERY, 1)
    async with client:
        for number, sending in enumerate(nasty(client), 1):
            await sending
            await client.settle()
            assert len(caplog.records) == number, "each is told once"
    for record in caplog.records:
        assert not record.exc_info
        members = getattr(record, ATTRIBUTE)
        assert set(members) >= ALWAYS
        lines = [record.getMessage(), *(str(v) for v in members.values()), *members["session"]]
        assert max(map(len, lines)) < 4000
        assert all(map(str.isprintable, lines))


async def test_record_says_whom_it_is_about(caplog: pytest.LogCaptureFixture) -> None:
    fragile = Fragile()
    session = session_of(fragile)
    session.identity = ("user", "session")
    async with TestClient(session) as client:
        assert session.connection is not None
        number = session.connection.number
        await client.act("F", "nothing")
    (record,) = caplog.records
    assert getattr(record, ATTRIBUTE) == {
        "record": "action-unknown",
        "requirement": "actions-unknown",
        "key": "F",
        "session": ["user", "session"],
        "connection": number,
        "peer": "testclient:50000",
        "name": "nothing",
    }
    assert record.funcName == "_log_unknown"  # where it is logged, and not in the adapter


async def test_takeover_tells_the_two_connections(caplog: pytest.LogCaptureFixture) -> None:
    session = Session()
    async with TestClient(session) as older, TestClient(session) as newer:
        assert (older.close_code, newer.close_code) == (1000, None)
        (record,) = records(caplog, "taken-over")
        members = getattr(record, ATTRIBUTE)
        assert members["connection"] > members["older"]


def test_formatter_of_the_page_writes_a_line_of_json() -> None:
    block = code_blocks(PAGE)[0]
    names: dict[str, Any] = {}
    logger = logging.getLogger("ws_sync")
    before = list(logger.handlers)
    try:
        exec(compile(block, str(PAGE), "exec"), names)
        (handler,) = set(logger.handlers) - set(before)
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream := io.StringIO())
        Log(key="K").warning("a\nb", extra=log_fields("test", "events-unknown-type", event="x\ny"))
        line = json.loads(stream.getvalue())
    finally:
        logger.handlers[:] = before
    assert stream.getvalue().count("\n") == 1
    assert (line["record"], line["key"], line["event"]) == ("test", "K", "x\\ny")


@pytest.mark.parametrize(
    ("client", "peer"),
    [
        (("127.0.0.1", 80), "127.0.0.1:80"),
        (["::1", 80], "[::1]:80"),
        (("::1", 80, 0, 0), "[::1]:80"),
        ("/run/socket", "/run/socket"),
        (("",), "('',)"),
        (None, None),
    ],
    ids=["v4", "v6", "v6 with scope", "unix", "unnamed", "unknown"],
)
def test_peer_is_told_in_one_text(client: object, peer: str | None) -> None:
    assert peer_of(SimpleNamespace(client=client)) == peer
