"""Tests of `ws_sync.metrics`: exact numbers, ended sessions, and recipes for metrics libraries."""

from __future__ import annotations

import asyncio
import gc
import json
from pathlib import Path
from typing import Any

import opentelemetry.metrics
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from tests.documentation import code_blocks, table
from tests.ws_sync.harness import DEADLINE, Server
from ws_sync import Session, Sync, get_global_session, metrics, remote_action, remote_task
from ws_sync._log import Log
from ws_sync._server.connection import Connection
from ws_sync.id import get_user_session
from ws_sync.limits import LIMITS, Limits
from ws_sync.sessions import Sessions
from ws_sync.testing import TestClient

PAGE = Path(__file__).parents[2] / "docs" / "observability.md"


class Notes:
    sync: Sync

    def __init__(self) -> None:
        self.title = "a title"
        self.count = 0

    @remote_action
    async def add(self, number: int) -> None:
        self.count += number
        await self.sync()

    @remote_action
    async def attach(self, data: bytes) -> None:
        self.count += len(data)

    @remote_action
    async def tell(self) -> None:
        await self.sync.toast("hello")
        await self.sync.download("a file", b"content")
        await self.sync.send_action({"type": "FOCUS"})
        await self.sync.send_binary({"type": "SHOW"}, b"bytes")
        await self.sync.session.send("custom")

    @remote_action
    async def fail(self) -> None:
        raise RuntimeError

    @remote_task
    async def work(self) -> None:
        return

    @remote_task
    async def wait(self) -> None:
        await asyncio.Event().wait()

    @remote_task
    async def break_down(self) -> None:
        raise RuntimeError


def notes_in(session: Session) -> Notes:
    notes = Notes()
    with session:
        notes.sync = Sync(notes, "N", sync_all=True, expose_running_tasks=True)
    return notes


def counted(session: Session | None = None) -> dict[str, int]:
    """The numbers that are not zero, without the prefix."""
    numbers = metrics.snapshot(session)
    return {name.removeprefix("ws_sync_"): n for name, n in numbers.items() if n}


async def idle(client: TestClient) -> None:
    await client.until(lambda documents: documents["N"]["running_tasks"] == [])


async def test_everything_is_counted_once() -> None:
    session = Session()
    notes = notes_in(session)
    session.register_event("mine", lambda _: None)
    async with TestClient(session) as client:
        await client.act("N", "add", number=3)
        await client.act("N", "add", number="no number")
        await client.act("N", "nothing")
        await client.act("N", "fail")
        await client.act_with_bytes("N", "attach", b"12345")
        await client.act("N", "tell")
        await client.get("N")
        await client.set("N", {"title": "another"})
        await client.replace("N", "/title", "a third")
        await client.send("_PATCH:N", [{"op": "remove", "path": "/title"}])
        await client.send("mine", 1)
        await client.send("_ACTION:other", {"type": "add"})
        await client.send("yours", 1)
        await client.send_text("no JSON")
        for task in ("work", "break_down", "wait"):
            await client.start("N", task)
        await client.cancel("N", "wait")
        await idle(client)
        now = counted(session)
    assert notes.count == 8
    sizes = [now.pop("received_bytes_total"), now.pop("sent_bytes_total")]
    assert min(sizes) > 500  # another test checks the exact numbers
    patches = now.pop('events_sent_total{event="_PATCH"}')
    assert patches == sum(event.type == "_PATCH:N" for event in client.events)
    assert now.pop("outbox_peak") >= 1
    assert now == {
        'events_received_total{event="_GET"}': 1,
        'events_received_total{event="_SET"}': 1,
        'events_received_total{event="_PATCH"}': 2,
        'events_received_total{event="_ACTION"}': 6,
        'events_received_total{event="_TASK_START"}': 3,
        'events_received_total{event="_TASK_CANCEL"}': 1,
        'events_received_total{event="_BIN_META"}': 1,
        'events_received_total{event="unknown"}': 2,
        'events_received_total{event="other"}': 1,
        'events_sent_total{event="_SET"}': 3,
        'events_sent_total{event="_ACTION"}': 2,
        'events_sent_total{event="_TOAST"}': 1,
        'events_sent_total{event="_DOWNLOAD"}': 1,
        'events_sent_total{event="other"}': 1,
        "resyncs_total": 1,
        "malformed_frames_total": 1,
        'refused_total{what="write"}': 1,
        'refused_total{what="other"}': 1,
        'failures_total{where="handler"}': 1,
        'failures_total{where="task"}': 1,
        "tasks_started_total": 3,
        'tasks_ended_total{outcome="completed"}': 1,
        'tasks_ended_total{outcome="failed"}': 1,
        'tasks_ended_total{outcome="cancelled"}': 1,
        "connections_opened_total": 1,
        "sessions": 1,
        "connections": 1,
    }
    after = counted(session)
    assert after['connections_closed_total{code="1000"}'] == 1
    assert "connections" not in after


@pytest.mark.io
async def test_bytes_are_those_of_the_payloads() -> None:
    session = Session()
    notes = notes_in(session)
    async with Server(session) as server, server.connect() as client:
        received = 0
        frames = [await client.socket.recv()]
        for text in ("plain", "größer", "😀"):
            notes.title = text
            await notes.sync()
            frames.append(await client.socket.recv())
            await client.send("_GET:N", text)
            received += len(json.dumps({"type": "_GET:N", "data": text}).encode())
            frames.append(await client.socket.recv())
        await session.send_binary("show", {}, b"\x00\xff")
        frames += [await client.socket.recv(), await client.socket.recv()]
        sizes = [len(f.encode() if isinstance(f, str) else f) for f in frames]
        assert session.counters.sent_bytes == sum(sizes)
        assert session.counters.received_bytes == received


async def test_numbers_of_ended_sessions_stay_in_those_of_the_process() -> None:
    async def live() -> tuple[dict[str, int], dict[str, int]]:
        session = Session()
        _notes = notes_in(session)
        async with TestClient(session) as client:
            await client.act("N", "add", number=1)
            during = metrics.snapshot()
        return during, metrics.snapshot()

    gc.collect()
    before = metrics.snapshot()
    during, ended = await asyncio.create_task(live())  # its context ends with it
    gc.collect()
    after = metrics.snapshot()
    for gauge in ("ws_sync_sessions", "ws_sync_connections"):
        assert during.pop(gauge) == before[gauge] + 1
        assert after.pop(gauge) == before[gauge]
    action = 'ws_sync_events_received_total{event="_ACTION"}'
    assert after[action] == before[action] + 1
    assert after == {name: n for name, n in ended.items() if name in after}


def test_counters_of_many_sessions_are_not_kept() -> None:
    for _ in range(100):
        Session()
    gc.collect()
    session = Session()
    assert session.counters in metrics._live
    assert len(metrics._ended) == 0
    assert len(metrics._live) == metrics.snapshot()["ws_sync_sessions"]


class Stalled:
    """A WebSocket whose peer does not read."""

    def __init__(self, ws: Any) -> None:
        self._ws = ws
        self.reads = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ws, name)

    async def send_text(self, _: str) -> None:
        await self.reads.wait()


async def test_outbox_and_its_peak_and_the_end_of_a_slow_peer_are_told() -> None:
    session = Session(limits=Limits(most_units=4, close_timeout=0.05))
    client = TestClient(session)
    stalled = Stalled(client._ws)
    connection = session._attach(stalled)
    for _ in range(4):
        connection.send("{}")
    assert metrics.snapshot(session)["ws_sync_outbox"] == 4
    connection.send("{}")
    async with asyncio.timeout(DEADLINE):
        await connection.closed()
    now = counted(session)
    assert now['connections_closed_total{code="1013"}'] == 1
    assert now["outbox_peak"] == 4
    assert "outbox" not in now


async def test_connections_that_end_otherwise_are_told_by_their_code() -> None:
    session = Session()
    async with TestClient(session) as client:
        for _ in range(LIMITS.malformed):
            await client.send_text("no JSON")
        await client.settle()
    async with TestClient(session), TestClient(session):
        pass
    assert session.connection is None
    now = counted(session)
    assert now['connections_closed_total{code="1008"}'] == 1
    assert now['connections_closed_total{code="1000"}'] == 2
    assert now["connections_taken_over_total"] == 1
    assert now['events_sent_total{event="_DISCONNECT"}'] == 1


async def test_connection_of_its_own_counts_for_nobody() -> None:
    before = metrics.snapshot()
    connection = Connection(TestClient(Session())._ws, Log())
    connection.close(4000)
    async with asyncio.timeout(DEADLINE):
        await connection.closed()
    assert connection.counters.closed_other == 1
    name = 'ws_sync_connections_closed_total{code="other"}'
    assert metrics.snapshot()[name] == before[name]


@pytest.mark.io
async def test_clients_that_are_turned_away_are_told() -> None:
    def factory(identity: str) -> object:
        if identity == "/bad":
            raise RuntimeError
        return notes_in(get_global_session())

    sessions = Sessions(factory, limit=1)

    async def endpoint(ws: WebSocket) -> None:
        if ws.url.path == "/ask":
            await get_user_session(ws)
        else:
            await sessions.handle_connection(ws, ws.url.path)

    before = metrics.snapshot()
    async with Server(Starlette(routes=[WebSocketRoute("/{name}", endpoint)])) as server:
        codes = []
        async with server.connect("/bad") as client:
            codes.append(await client.close_code())
        async with server.connect("/good") as good, server.connect("/more") as client:
            codes.append(await client.close_code())
            await good.receive()  # the state: the factory has ended, so this one is not rejected
        await sessions.close()
        async with server.connect("/late") as client:
            codes.append(await client.close_code())
        async with server.connect("/ask") as client:
            await client.send("no identification")
            codes.append(await client.close_code())
    after = metrics.snapshot()
    assert codes == [1011, 1013, 1012, 4401]
    for reason in ("identification", "room", "factory", "restart"):
        name = f'ws_sync_turned_away_total{{reason="{reason}"}}'
        assert after[name] == before[name] + 1, reason
    name = 'ws_sync_failures_total{where="factory"}'
    assert after[name] == before[name] + 1


def test_page_has_every_name_and_label() -> None:
    rows = table(PAGE, "name")
    told = {(name.strip(" `"), row[1].strip("`")) for row in rows for name in row[0].split(",")}
    found = {
        (f"{f.name}_total" if f.kind == "counter" else f.name, f.label) for f in metrics.families()
    }
    assert told == found


async def test_prometheus_reads_the_counters_by_the_page() -> None:
    session = Session()
    _notes = notes_in(session)
    async with TestClient(session) as client:
        await client.act("N", "add", number=1)
        before = set(REGISTRY._collector_to_names)
        exec(compile(code_blocks(PAGE)[1], str(PAGE), "exec"), {})
        try:
            text = generate_latest(REGISTRY).decode()
        finally:
            for collector in set(REGISTRY._collector_to_names) - before:
                REGISTRY.unregister(collector)
    read = {
        sample.name + _labels(sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("ws_sync_")
    }
    assert read['ws_sync_events_received_total{event="_ACTION"}'] >= 1
    assert set(read) == set(metrics.snapshot())


def _labels(labels: dict[str, str]) -> str:
    return "".join(f'{{{name}="{value}"}}' for name, value in labels.items())


async def test_opentelemetry_reads_the_counters_by_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    monkeypatch.setattr(opentelemetry.metrics, "get_meter", provider.get_meter)
    exec(compile(code_blocks(PAGE)[2], str(PAGE), "exec"), {"__name__": "recipe"})
    data: Any = reader.get_metrics_data()
    provider.shutdown()
    read = {
        (metric.name, *point.attributes.values()): point.value
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
        for point in metric.data.data_points
    }
    expected = {
        (family.name, *([value] if value else [])): number
        for family in metrics.families()
        for value, number in family.values.items()
    }
    assert read == expected
