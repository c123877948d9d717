"""Tests of `ws_sync.tracing`: spans, their attributes and parents; and none while it is off."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import baggage, context
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from ws_sync import Session, Sync, remote_action, remote_task, tracing
from ws_sync._server.instrumentation import instrumentation
from ws_sync.testing import TestClient

pytestmark = pytest.mark.io


class Notes:
    sync: Sync

    def __init__(self) -> None:
        self.count = 0
        self.baggage: object = None

    @property
    def guarded(self) -> int:
        return self.count

    @guarded.setter
    def guarded(self, value: int) -> None:
        if value < 0:
            raise ValueError("negative")
        if value > 9:
            raise RuntimeError("a bug")
        self.count = value

    @remote_action
    async def add(self, number: int) -> None:
        self.count += number
        await self.sync()

    @remote_action
    async def fail(self) -> None:
        raise RuntimeError("broken")

    @remote_task
    async def work(self) -> None:
        self.baggage = baggage.get_baggage("whose")
        self.count += 1
        await self.sync()

    @remote_task
    async def wait(self) -> None:
        await asyncio.Event().wait()

    @remote_task
    async def break_down(self) -> None:
        raise RuntimeError("broken")


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.instrument(provider)
    yield exporter
    tracing.uninstrument()
    provider.shutdown()


@pytest.fixture
def notes() -> Notes:
    notes = Notes()
    with Session() as session:
        names: dict[str, Any] = {"count": ..., "guarded": ...}
        notes.sync = Sync.only(notes, "N", _expose_running_tasks=True, **names)
    notes.sync.session = session
    return notes


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def parent(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


def own(span: ReadableSpan) -> int:
    assert span.context is not None
    number: int = span.context.span_id
    return number


async def test_action_and_its_sync_are_spans_inside_each_other(
    notes: Notes, exported: InMemorySpanExporter
) -> None:
    async with TestClient(notes.sync.session) as client:
        exported.clear()
        await client.act("N", "add", number=2)
        connection = notes.sync.session.connection
        assert connection is not None
    published, action = exported.get_finished_spans()[:2]
    assert (action.name, action.kind) == ("ws_sync _ACTION", SpanKind.SERVER)
    assert attributes(action) == {
        "ws_sync.key": "N",
        "ws_sync.name": "add",
        "ws_sync.connection": connection.number,
        "ws_sync.outcome": "ok",
    }
    assert published.name == "ws_sync publish"
    assert attributes(published) == {"ws_sync.key": "N", "ws_sync.sent": True}
    assert parent(published) == own(action)


async def test_outcomes_are_told(notes: Notes, exported: InMemorySpanExporter) -> None:
    async with TestClient(notes.sync.session) as client:
        await client.act("N", "fail")
        await client.act("N", "add", number="none")
        await client.act("N", "nothing")
        await client.send("_ACTION:other", {"type": "x" * 1000})
        await client.send("\nunknown")
        await client.replace("N", "/guarded", 3)
        await client.replace("N", "/guarded", -1)
        await client.replace("N", "/guarded", 10)
    names = ("ws_sync _ACTION", "ws_sync unknown", "ws_sync _PATCH")
    spans = [span for span in exported.get_finished_spans() if span.name in names]
    told = [attributes(span)["ws_sync.outcome"] for span in spans]
    assert told == ["failed", "refused", *["unknown"] * 3, "ok", "refused", "failed"]
    failed = [span for span in spans if attributes(span)["ws_sync.outcome"] == "failed"]
    for span, text in zip(failed, ("broken", "a bug"), strict=True):
        assert span.status.status_code is StatusCode.ERROR
        (event,) = span.events
        assert event.attributes is not None
        assert event.attributes["exception.message"] == text
    assert all(span.status.status_code is StatusCode.UNSET for span in spans if span not in failed)
    assert max(len(str(attributes(span))) for span in spans) < 1000
    assert "ws_sync.key" not in attributes(named(exported, "ws_sync unknown")[0])


async def test_task_begins_a_trace_that_is_linked_to_its_start(
    notes: Notes, exported: InMemorySpanExporter
) -> None:
    token = context.attach(baggage.set_baggage("whose", "the user's"))
    async with TestClient(notes.sync.session) as client:
        await client.start("N", "work")
        await client.until(lambda documents: documents["N"]["count"] == 1)
    context.detach(token)
    (start,) = named(exported, "ws_sync _TASK_START")
    (task,) = named(exported, "ws_sync task")
    assert task.parent is None
    assert [link.context for link in task.links] == [start.context]
    assert attributes(task) == {
        "ws_sync.key": "N",
        "ws_sync.name": "work",
        "ws_sync.outcome": "ok",
    }
    assert [span for span in named(exported, "ws_sync publish") if parent(span) == own(task)]
    assert notes.baggage == "the user's"


async def test_ends_of_tasks_are_told(notes: Notes, exported: InMemorySpanExporter) -> None:
    async with TestClient(notes.sync.session) as client:
        await client.start("N", "break_down")
        await client.start("N", "wait")
        await client.cancel("N", "wait")
        await client.until(lambda documents: documents["N"]["running_tasks"] == [])
    failed, cancelled = named(exported, "ws_sync task")
    assert (attributes(failed)["ws_sync.outcome"], len(failed.events)) == ("failed", 1)
    assert (attributes(cancelled)["ws_sync.outcome"], len(cancelled.events)) == ("cancelled", 0)


async def test_task_that_is_cancelled_before_its_first_step_has_no_span(
    notes: Notes, exported: InMemorySpanExporter
) -> None:
    async with TestClient(notes.sync.session) as client:
        notes.sync._synced.calls.tasks.start("wait", {})
        task = notes.sync.running_tasks["wait"]
        task.cancel()
        await asyncio.wait([task])
        await client.until(lambda documents: documents["N"]["running_tasks"] == [])
    assert task.cancelled()
    assert named(exported, "ws_sync task") == []


async def test_state_that_is_sent_and_attribute_that_fails_are_told(
    exported: InMemorySpanExporter,
) -> None:
    class Broken:
        @property
        def value(self) -> int:
            raise RuntimeError("broken")

    broken = Broken()
    with Session() as session:
        sync = Sync(broken, "B", include=["value"])
    async with TestClient(session):
        with pytest.raises(RuntimeError):
            await sync()
    (announced,), (published,) = (
        named(exported, f"ws_sync {name}") for name in ("announce", "publish")
    )
    for span in (announced, published):
        assert attributes(span)["ws_sync.outcome"] == "failed"
        assert len(span.events) == 1


async def test_spans_end_when_they_are_switched_off(
    notes: Notes, exported: InMemorySpanExporter
) -> None:
    tracing.instrument()  # replaces the provider by the global one, which does nothing
    async with TestClient(notes.sync.session) as client:
        await client.act("N", "add", number=1)
        tracing.uninstrument()
        tracing.uninstrument()
        await client.act("N", "add", number=1)
    assert exported.get_finished_spans() == ()
    assert instrumentation.hooks is None


def test_nothing_imports_opentelemetry_that_is_not_told_to() -> None:
    code = "import sys, ws_sync, ws_sync.cli; print([n for n in sys.modules if 'telemetry' in n])"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "[]\n"


def test_missing_extra_is_named() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None; import ws_sync.tracing"
    ran = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "ImportError: tracing needs OpenTelemetry's API: pip install" in ran.stderr
