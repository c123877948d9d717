"""Spans of OpenTelemetry, for who switches them on.

    from ws_sync import tracing

    tracing.instrument()

There is a span around the handling of each event, around each run of a task, and around each
publication of a document. `instrument` puts other methods in the place of some of this library's,
and `uninstrument` puts those back: who does not trace pays nothing for it, not even the question
whether to, and nothing imports this module or OpenTelemetry.

A task outlives the event that started it, maybe by hours. So its span begins a trace of its own,
and is linked to the span of that event.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any

try:
    from opentelemetry import trace
except ModuleNotFoundError as error:
    raise ImportError(
        "tracing needs OpenTelemetry's API: pip install 'ws-sync-kit[opentelemetry]'"
    ) from error
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, Tracer

from ws_sync._core.json.codec import Event
from ws_sync._core.protocol.events import split_event
from ws_sync._server.document_state import DocumentState
from ws_sync._server.tasks import Tasks
from ws_sync.exceptions import Refused, shorten
from ws_sync.session import Session
from ws_sync.sync import Sync

KEY = "ws_sync.key"
NAME = "ws_sync.name"
"""Attribute with the name of the action or task."""
CONNECTION = "ws_sync.connection"
"""Attribute with the number of the connection, as the log has it."""
OUTCOME = "ws_sync.outcome"
"""Attribute with `ok`, `refused`, `unknown`, `failed` or `cancelled`."""
SENT = "ws_sync.sent"
"""Attribute that tells whether something had changed, so that it was sent."""

_originals: dict[tuple[type, str], Any] = {}


def instrument(tracer_provider: trace.TracerProvider | None = None) -> None:
    """Begin to make spans, in sessions that there are already as well.

    Args:
        tracer_provider: where they go; None for the global one. When spans are made already, they
            go there from now on.
    """
    uninstrument()
    tracer = trace.get_tracer("ws_sync", tracer_provider=tracer_provider)
    for owner, name, surround in (
        (Session, "_handle", _around_handling),
        (Session, "_log_failure", _with_failure),
        (Sync, "_log_failure", _with_failure),
        (Sync, "_log_refusal", _with_refusal),
        (Sync, "_log_unknown", _with_unknown),
        (Tasks, "_run", _around_task),
        (DocumentState, "publish", _around_publication),
        (DocumentState, "announce", _around_announcement),
    ):
        original: Any = vars(owner)[name]
        _originals[owner, name] = original
        setattr(owner, name, functools.wraps(original)(surround(tracer, original)))


def uninstrument() -> None:
    """Make no more spans."""
    for (owner, name), original in _originals.items():
        setattr(owner, name, original)
    _originals.clear()


def _around_handling(tracer: Tracer, handle: Callable[..., Any]) -> Callable[..., Any]:
    async def handle_in_span(self: Session, event: Event) -> None:
        name, key = split_event(event.type)
        known = event.type in self.event_handlers
        attributes = _present({KEY: key if known else None, NAME: _called(event)})
        if self.connection is not None:
            attributes[CONNECTION] = self.connection.number
        attributes[OUTCOME] = "ok" if known else "unknown"
        with tracer.start_as_current_span(
            f"ws_sync {name if known else 'unknown'}",
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await handle(self, event)
            except Refused:
                span.set_attribute(OUTCOME, "refused")
                raise
            except asyncio.CancelledError:
                span.set_attribute(OUTCOME, "cancelled")
                raise

    return handle_in_span


def _called(event: Event) -> str | None:
    name = event.data.get("type") if type(event.data) is dict else None
    return shorten(name) if type(name) is str else None


def _around_task(tracer: Tracer, run: Callable[..., Any]) -> Callable[..., Any]:
    async def run_in_span(self: Tasks, name: str, arguments: Mapping[str, Any]) -> None:
        starting = trace.get_current_span().get_span_context()
        with tracer.start_as_current_span(
            "ws_sync task",
            context=trace.set_span_in_context(trace.INVALID_SPAN),
            links=[Link(starting)] if starting.is_valid else [],
            attributes=_present({KEY: getattr(self._log, "key", None), NAME: name}),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await run(self, name, arguments)
            except asyncio.CancelledError:
                span.set_attribute(OUTCOME, "cancelled")
                raise
            except Exception as error:
                _fail(span, error)
                raise
            span.set_attribute(OUTCOME, "ok")

    return run_in_span


def _around_publication(tracer: Tracer, publish: Callable[..., Any]) -> Callable[..., Any]:
    def publish_in_span(
        self: DocumentState, *args: Any, **options: Any
    ) -> tuple[bool, list[Exception]]:
        with tracer.start_as_current_span("ws_sync publish", attributes={KEY: self.key}) as span:
            sent, errors = publish(self, *args, **options)
            span.set_attribute(SENT, sent)
            for error in errors:
                _fail(span, error)
            return sent, errors

    return publish_in_span


def _around_announcement(tracer: Tracer, announce: Callable[..., Any]) -> Callable[..., Any]:
    def announce_in_span(self: DocumentState, *args: Any) -> list[Exception]:
        with tracer.start_as_current_span("ws_sync announce", attributes={KEY: self.key}) as span:
            errors: list[Exception] = announce(self, *args)
            for error in errors:
                _fail(span, error)
            return errors

    return announce_in_span


def _with_failure(_: Tracer, log: Callable[..., Any]) -> Callable[..., Any]:
    def log_failure(*args: Any, **options: Any) -> None:
        error = next((each for each in args if isinstance(each, BaseException)), sys.exception())
        _fail(trace.get_current_span(), error)
        log(*args, **options)

    return log_failure


def _with_refusal(_: Tracer, log: Callable[..., Any]) -> Callable[..., Any]:
    return _with_outcome("refused", log)


def _with_unknown(_: Tracer, log: Callable[..., Any]) -> Callable[..., Any]:
    return _with_outcome("unknown", log)


def _with_outcome(outcome: str, log: Callable[..., Any]) -> Callable[..., Any]:
    def log_outcome(*args: Any) -> None:
        trace.get_current_span().set_attribute(OUTCOME, outcome)
        log(*args)

    return log_outcome


def _fail(span: Span, error: BaseException | None) -> None:
    span.set_attribute(OUTCOME, "failed")
    span.set_status(StatusCode.ERROR)
    if error is not None:
        span.record_exception(error)


def _present(attributes: dict[str, str | None]) -> dict[str, str | int]:
    return {name: value for name, value in attributes.items() if value is not None}
