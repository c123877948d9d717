"""Optional OpenTelemetry tracing.

    from ws_sync import tracing

    tracing.instrument()

There is a span for each handled event, for each run of a task, and for each publication of a
document. Nothing else imports this module or OpenTelemetry; without `instrument` each of these
places costs one attribute check.

A task may run for hours after the event that started it. So its span begins a new trace, with a
link to the span of that event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
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
from ws_sync._server.instrumentation import instrumentation
from ws_sync.exceptions import Refused, shorten

KEY = "ws_sync.key"
NAME = "ws_sync.name"
"""Attribute: name of the action or task."""
CONNECTION = "ws_sync.connection"
"""Attribute: number of the connection, as in the log."""
OUTCOME = "ws_sync.outcome"
"""Attribute: `ok`, `refused`, `unknown`, `failed` or `cancelled`."""
SENT = "ws_sync.sent"
"""Attribute: whether anything had changed, and was sent."""


def instrument(tracer_provider: trace.TracerProvider | None = None) -> None:
    """Begin to create spans, in existing sessions too.

    Args:
        tracer_provider: where spans go; None for the global provider. A second call replaces the
            provider of the first.
    """
    instrumentation.hooks = _Spans(trace.get_tracer("ws_sync", tracer_provider=tracer_provider))


def uninstrument() -> None:
    """Create no more spans."""
    instrumentation.hooks = None


class _Spans:
    """The hooks that create spans; see `Hooks`."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def handling(self, event: Event, is_known: bool, connection: int) -> Iterator[None]:
        name, key = split_event(event.type)
        attributes = _present({KEY: key if is_known else None, NAME: _called(event)})
        attributes[CONNECTION] = connection
        attributes[OUTCOME] = "ok" if is_known else "unknown"
        with self._tracer.start_as_current_span(
            f"ws_sync {name if is_known else 'unknown'}",
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Refused:
                span.set_attribute(OUTCOME, "refused")
                raise
            except asyncio.CancelledError:
                span.set_attribute(OUTCOME, "cancelled")
                raise

    @contextmanager
    def sending(
        self, operation: str, key: str
    ) -> Iterator[Callable[[bool | None, list[Exception]], None]]:
        with self._tracer.start_as_current_span(
            f"ws_sync {operation}", attributes={KEY: key}
        ) as span:

            def record(sent: bool | None, errors: list[Exception]) -> None:
                if sent is not None:
                    span.set_attribute(SENT, sent)
                for error in errors:
                    _fail(span, error)

            yield record

    async def running(
        self, key: str | None, name: str, run: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        starting = trace.get_current_span().get_span_context()
        with self._tracer.start_as_current_span(
            "ws_sync task",
            context=trace.set_span_in_context(trace.INVALID_SPAN),
            links=[Link(starting)] if starting.is_valid else [],
            attributes=_present({KEY: key, NAME: name}),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await run()
            except asyncio.CancelledError:
                span.set_attribute(OUTCOME, "cancelled")
                raise
            except Exception as error:
                _fail(span, error)
                raise
            span.set_attribute(OUTCOME, "ok")

    def record_failure(self, error: BaseException | None) -> None:
        _fail(trace.get_current_span(), error)

    def record_outcome(self, outcome: str) -> None:
        trace.get_current_span().set_attribute(OUTCOME, outcome)


def _called(event: Event) -> str | None:
    name = event.data.get("type") if type(event.data) is dict else None
    return shorten(name) if type(name) is str else None


def _fail(span: Span, error: BaseException | None) -> None:
    span.set_attribute(OUTCOME, "failed")
    span.set_status(StatusCode.ERROR)
    if error is not None:
        span.record_exception(error)


def _present(attributes: dict[str, str | None]) -> dict[str, str | int]:
    return {name: value for name, value in attributes.items() if value is not None}
