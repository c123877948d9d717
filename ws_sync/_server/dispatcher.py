"""From received frames to the handlers of their events.

A frame that is not an event, an event that is refused and a handler that fails end nothing: they
are counted and logged, and the connection stays (connection-malformed-survives).
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any

from ws_sync._core.json.codec import Event, decode
from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._core.protocol.events import BIN_META, split_event
from ws_sync._log import Log, log_fields
from ws_sync._server.connection import Connection
from ws_sync._server.counters import Counters, size
from ws_sync._server.handler_registry import call_handler
from ws_sync._server.inbound_limits import Intake
from ws_sync._server.instrumentation import instrumentation
from ws_sync._server.invoke import FAILURES
from ws_sync.exceptions import MalformedFrame, Refused, shorten


class Dispatcher:
    """Handles the events of one session.

    Attributes:
        handlers: the handler of each event.
    """

    __slots__ = ("_counters", "_intake", "_log", "handlers")

    def __init__(self, intake: Intake, counters: Counters, log: Log) -> None:
        self.handlers: dict[str, Callable[..., Any]] = {}
        self._intake = intake
        self._counters = counters
        self._log = log

    async def dispatch(self, connection: Connection, received: str | bytes) -> None:
        """Handle a received frame."""
        counters = self._counters
        try:
            if isinstance(received, bytes):
                counters.received_bytes += len(received)
                event = connection.pairing.complete(received)
            else:
                counters.received_bytes += len(received) if received.isascii() else size(received)
                event = decode(received)
                connection.malformed = 0  # only malformed frames in a row count
            counters.received_events += 1
            if event.type == BIN_META:
                counters.received_metas += 1
                connection.pairing.announce(event.data)
            elif (hooks := instrumentation.hooks) is None:
                await self._handle(event)
            else:
                with hooks.handling(event, event.type in self.handlers, connection.number):
                    await self._handle(event)
        except MalformedFrame as error:  # connection-malformed-survives
            self._count_malformed(connection, error)
        except Refused as error:
            counters.refused_others += 1
            self._intake.count_refusal()
            self._log.warning(
                "refused an event: %s",
                shorten(error),
                extra=log_fields("event-refused", error=error),
            )

    def _count_malformed(self, connection: Connection, error: MalformedFrame) -> None:
        connection.malformed += 1
        self._counters.malformed += 1
        self._intake.count_refusal()
        self._log.warning(
            "%s; ignored", shorten(error),
            extra=log_fields("malformed-frame", "connection-malformed-survives",
                             error=error.reason, in_a_row=connection.malformed),
        )  # fmt: skip
        if connection.malformed >= self._intake.limits.malformed:
            connection.close(CloseCode.POLICY_VIOLATION, "too many malformed frames")

    async def _handle(self, event: Event) -> None:
        handler = self.handlers.get(event.type)
        if handler is None:  # events-unknown-type, events-unknown-key, events-direction
            self._intake.count_refusal()
            self._counters.received_unknown += 1
            self._log.warning(
                "no handler for %s; ignored", shorten(repr(event.type)),
                extra=log_fields("event-unknown", "events-unknown-type", event=event.type),
            )  # fmt: skip
            return
        try:
            await call_handler(self._intake.threads, handler, event.data)
        except Refused:
            raise
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._log_failure(event, logging.WARNING, "awaited a task that was cancelled")
        except FAILURES:  # the application's; actions-error, actions-error-private
            self._log_failure(event, logging.ERROR, "failed", exc_info=True)

    def _log_failure(self, event: Event, level: int, what: str, exc_info: bool = False) -> None:
        self._counters.failed_handlers += 1
        instrumentation.record_failure(sys.exception())
        name, key = split_event(event.type)
        action = event.data.get("type") if name == "_ACTION" and type(event.data) is dict else None
        self._log.log(
            level, "the handler of %s %s", shorten(repr(event.type)), what, exc_info=exc_info,
            extra=log_fields("handler-failed", "actions-error" if name == "_ACTION" else None,
                             event=event.type, key=key, name=action),
        )  # fmt: skip
