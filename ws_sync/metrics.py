"""Counters of every session and of the whole process.

    numbers = metrics.snapshot()
    numbers['ws_sync_events_received_total{event="_PATCH"}']

A session counts for itself. The numbers of the process are the sum of the sessions that exist, of
those that have ended, and of the connections that were rejected before they reached a session.
Read in the thread of the event loop, all numbers belong to the same moment.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Literal, NamedTuple, Protocol
from weakref import ref

from ws_sync._server.counters import METRICS, Counters, outside

__all__ = ["Counters", "Family", "families", "outside", "snapshot"]

_FAMILIES = {
    "ws_sync_events_received": (
        "event",
        "Received events; unknown: no handler for the name or key; other: the application's.",
    ),
    "ws_sync_events_sent": ("event", "Sent events; other: the application's."),
    "ws_sync_resyncs": ("", "States sent because a write was refused; included in _SET."),
    "ws_sync_received_bytes": ("", "Payload of the received frames."),
    "ws_sync_sent_bytes": ("", "Payload of the sent frames."),
    "ws_sync_malformed_frames": ("", "Received frames that are not events."),
    "ws_sync_refused": ("what", "Refused events: writes, and others."),
    "ws_sync_failures": ("where", "Exceptions raised by the application's functions."),
    "ws_sync_tasks_started": ("", "Started tasks."),
    "ws_sync_tasks_ended": ("outcome", "Ended tasks."),
    "ws_sync_connections_opened": ("", "Opened connections."),
    "ws_sync_connections_taken_over": ("", "Connections that a newer one has replaced."),
    "ws_sync_connections_closed": (
        "code",
        "Closed connections, by the server's close code; 1013: the peer was too slow.",
    ),
    "ws_sync_turned_away": ("reason", "Connections rejected before they reached a session."),
}
"""The label of each family, and its description."""


class Measured(Protocol):
    """A session, as far as metrics read it."""

    @property
    def counters(self) -> Counters:
        """What it has counted."""

    @property
    def connection(self) -> Outbox | None:
        """Its connection."""


class Outbox(Protocol):
    """A connection, as far as metrics read it."""

    @property
    def waiting(self) -> int:
        """Number of events that wait for the peer."""


class _Owner(ref[Measured]):
    """A weak reference to the session that counts."""

    __slots__ = ("counters",)

    counters: Counters


_lock = threading.RLock()
_live: dict[Counters, _Owner] = {}
_past = Counters()
_ended: deque[_Owner] = deque()
"""Sessions that were collected. That happens at any time, even in this module: only note it."""


class Family(NamedTuple):
    """All numbers of one name.

    Attributes:
        name: the name, without the suffix `_total` that Prometheus gives a counter.
        kind: a counter never decreases, a gauge does.
        help: what is counted, in one sentence.
        label: the label that distinguishes the numbers; empty if there is only one number.
        values: the numbers by the value of the label; a single number has the key "".
    """

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    label: str
    values: dict[str, int]

    def series(self) -> Iterator[tuple[str, int]]:
        """Yield the name of each series, as Prometheus writes it, and its number."""
        name = f"{self.name}_total" if self.kind == "counter" else self.name
        for value, number in self.values.items():
            yield (f'{name}{{{self.label}="{value}"}}' if self.label else name), number


def begin(session: Measured) -> Counters:
    """Return counters for a new session; the process keeps their numbers when it has ended."""
    counters = Counters()
    with _lock:
        _settle()
        owner = _live[counters] = _Owner(session, _ended.append)
        owner.counters = counters
    return counters


def families(session: Measured | None = None) -> list[Family]:
    """Return all numbers, for a metrics library.

    Args:
        session: the session to read; None for the whole process.
    """
    total = Counters()
    if session is not None:
        total.add(session.counters)
        sessions = [session]
    else:
        with _lock:
            _settle()
            for counters in (outside, _past, *_live):
                total.add(counters)
            sessions = [each for known in list(_live.values()) if (each := known()) is not None]
    return [*_counters(total), *_gauges(total, sessions)]


def snapshot(session: Measured | None = None) -> dict[str, int]:
    """Return all numbers by their names, as Prometheus writes them.

    Args:
        session: the session to read; None for the whole process.
    """
    return {name: number for each in families(session) for name, number in each.series()}


def _counters(total: Counters) -> list[Family]:
    found = {
        name: Family(name, "counter", text, label, {}) for name, (label, text) in _FAMILIES.items()
    }
    for family, value, name in METRICS:
        found[family].values[value] = getattr(total, name)
    received = found["ws_sync_events_received"].values
    received["other"] = total.received_events - sum(received.values())
    return list(found.values())


def _gauges(total: Counters, sessions: list[Measured]) -> Iterator[Family]:
    connections = [each.connection for each in sessions if each.connection is not None]
    waiting = sum(each.waiting for each in connections)
    for name, text, number in (
        ("ws_sync_sessions", "Existing sessions.", len(sessions)),
        ("ws_sync_connections", "Sessions that have a connection.", len(connections)),
        ("ws_sync_outbox", "Events that wait for peers.", waiting),
        ("ws_sync_outbox_peak", "Largest number of events that waited for one peer.",
         total.outbox_peak),
    ):  # fmt: skip
        yield Family(name, "gauge", text, "", {"": number})


def _settle() -> None:
    """Add the counters of ended sessions to those of the process. The caller holds the lock."""
    while _ended:
        counters = _ended.popleft().counters
        if _live.pop(counters, None) is not None:
            _past.add(counters)
