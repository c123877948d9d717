"""Counters of what happens: of each session, and of the whole process.

    numbers = metrics.snapshot()
    numbers['ws_sync_events_received_total{event="_PATCH"}']

A counter is an integer attribute, and counting is adding one to it where the thing happens: no
lock, no name that is put together, no call. Names are put to the numbers only when somebody reads
them; a key, an action's name or anything else that a client chooses is never part of one.

A session counts for itself alone. The process is the sum of the sessions that live, of those that
have ended, and of what happens outside of any. Read in the thread of the event loop, all numbers
are of the same moment.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from weakref import ref

from ws_sync._core.protocol.events import split_event

if TYPE_CHECKING:
    from ws_sync.session import Session

_FAMILIES = {
    "ws_sync_events_received": (
        "event",
        "Events that came in; unknown: of a name or key that nobody has; other: the application's.",
    ),
    "ws_sync_events_sent": ("event", "Events that went out; other: the application's."),
    "ws_sync_resyncs": ("", "States sent because a write was refused; they are among the _SET."),
    "ws_sync_received_bytes": ("", "Payload of the frames that came in."),
    "ws_sync_sent_bytes": ("", "Payload of the frames that went out."),
    "ws_sync_malformed_frames": ("", "Frames that are no event."),
    "ws_sync_refused": ("what", "Events that could not be obeyed: writes, and others."),
    "ws_sync_failures": ("where", "Exceptions of the application's functions."),
    "ws_sync_tasks_started": ("", "Tasks that began."),
    "ws_sync_tasks_ended": ("outcome", "Tasks that ended."),
    "ws_sync_connections_opened": ("", "Connections that began."),
    "ws_sync_connections_taken_over": ("", "Connections that a newer one has replaced."),
    "ws_sync_connections_closed": (
        "code",
        "Connections that ended, by the server's close code; 1013: the peer was too slow.",
    ),
    "ws_sync_turned_away": ("reason", "Connections that never came into a session."),
}
"""Of each name: what tells its numbers apart, and what is counted."""


def _counted(family: str, value: str = "") -> Any:
    return field(default=0, metadata={"family": f"ws_sync_{family}", "value": value})


@dataclass(slots=True, eq=False)
class Counters:
    """What one session has counted since it was made.

    Attributes:
        received_events: all that came in.
        outbox_peak: the most units that have waited for a peer at once.
    """

    received_gets: int = _counted("events_received", "_GET")
    received_states: int = _counted("events_received", "_SET")
    received_patches: int = _counted("events_received", "_PATCH")
    received_actions: int = _counted("events_received", "_ACTION")
    received_starts: int = _counted("events_received", "_TASK_START")
    received_cancels: int = _counted("events_received", "_TASK_CANCEL")
    received_metas: int = _counted("events_received", "_BIN_META")
    received_unknown: int = _counted("events_received", "unknown")
    sent_states: int = _counted("events_sent", "_SET")
    sent_patches: int = _counted("events_sent", "_PATCH")
    sent_actions: int = _counted("events_sent", "_ACTION")
    sent_toasts: int = _counted("events_sent", "_TOAST")
    sent_downloads: int = _counted("events_sent", "_DOWNLOAD")
    sent_disconnects: int = _counted("events_sent", "_DISCONNECT")
    sent_others: int = _counted("events_sent", "other")
    resyncs: int = _counted("resyncs")
    received_bytes: int = _counted("received_bytes")
    sent_bytes: int = _counted("sent_bytes")
    malformed: int = _counted("malformed_frames")
    refused_writes: int = _counted("refused", "write")
    refused_others: int = _counted("refused", "other")
    failed_handlers: int = _counted("failures", "handler")
    failed_tasks: int = _counted("failures", "task")
    failed_writes: int = _counted("failures", "write")
    failed_attributes: int = _counted("failures", "attribute")
    failed_initials: int = _counted("failures", "initial")
    failed_hooks: int = _counted("failures", "hook")
    failed_factories: int = _counted("failures", "factory")
    started_tasks: int = _counted("tasks_started")
    completed_tasks: int = _counted("tasks_ended", "completed")
    broken_tasks: int = _counted("tasks_ended", "failed")
    cancelled_tasks: int = _counted("tasks_ended", "cancelled")
    opened: int = _counted("connections_opened")
    taken_over: int = _counted("connections_taken_over")
    closed_1000: int = _counted("connections_closed", "1000")
    closed_1008: int = _counted("connections_closed", "1008")
    closed_1011: int = _counted("connections_closed", "1011")
    closed_1012: int = _counted("connections_closed", "1012")
    closed_1013: int = _counted("connections_closed", "1013")
    closed_other: int = _counted("connections_closed", "other")
    without_identity: int = _counted("turned_away", "identification")
    without_room: int = _counted("turned_away", "room")
    without_objects: int = _counted("turned_away", "factory")
    at_restart: int = _counted("turned_away", "restart")
    received_events: int = 0
    outbox_peak: int = 0

    def sent(self, event: str) -> None:
        """Count an event that the application sends."""
        self._add_one(_SENT.get(split_event(event)[0], "sent_others"))

    def closed(self, code: int) -> None:
        """Count the end of a connection."""
        self._add_one(_CLOSED.get(code, "closed_other"))

    def add(self, other: Counters) -> None:
        """Add what another one has counted."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.outbox_peak = max(self.outbox_peak, other.outbox_peak)

    def _add_one(self, name: str) -> None:
        setattr(self, name, getattr(self, name) + 1)


_TABLE = [
    (each.metadata["family"], each.metadata["value"], each.name)
    for each in fields(Counters)
    if each.metadata
]
_SUMS = [*(name for _, _, name in _TABLE), "received_events"]
_SENT = {value: name for family, value, name in _TABLE if family == "ws_sync_events_sent"}
_CLOSED = {
    int(value): name
    for family, value, name in _TABLE
    if family == "ws_sync_connections_closed" and value.isdecimal()
}


class _Owner(ref["Session"]):
    """The session that counts, weakly."""

    __slots__ = ("counters",)

    counters: Counters


outside = Counters()
"""What is counted outside of any session."""

_lock = threading.RLock()
_live: dict[Counters, _Owner] = {}
_past = Counters()
_ended: deque[_Owner] = deque()
"""Sessions that are gone. Their ends come anywhere, in this module too: they only note it."""


class Family(NamedTuple):
    """Numbers of one name.

    Attributes:
        name: the name, without the `_total` that Prometheus puts behind a counter.
        kind: a counter never falls, a gauge does.
        help: what is counted, in one sentence.
        label: what tells the numbers apart; empty when there is but one.
        values: the numbers, by the values of the label; the only one by an empty text.
    """

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    label: str
    values: dict[str, int]

    def series(self) -> Iterator[tuple[str, int]]:
        """Yield each number behind its name, as Prometheus writes it."""
        name = f"{self.name}_total" if self.kind == "counter" else self.name
        for value, number in self.values.items():
            yield (f'{name}{{{self.label}="{value}"}}' if self.label else name), number


def begin(session: Session) -> Counters:
    """Return counters for a new session; when it is gone, they go on in those of the process."""
    counters = Counters()
    with _lock:
        _settle()
        owner = _live[counters] = _Owner(session, _ended.append)
        owner.counters = counters
    return counters


def families(session: Session | None = None) -> list[Family]:
    """Return all numbers, for a metrics library.

    Args:
        session: whose; None for those of the process.
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


def snapshot(session: Session | None = None) -> dict[str, int]:
    """Return all numbers by their names, as Prometheus writes them.

    Args:
        session: whose; None for those of the process.
    """
    return {name: number for each in families(session) for name, number in each.series()}


def size(text: str) -> int:
    """Return how many bytes a text is in a frame; where it is ASCII, `len` is faster."""
    return len(text.encode())


def _counters(total: Counters) -> list[Family]:
    found = {
        name: Family(name, "counter", text, label, {}) for name, (label, text) in _FAMILIES.items()
    }
    for family, value, name in _TABLE:
        found[family].values[value] = getattr(total, name)
    received = found["ws_sync_events_received"].values
    received["other"] = total.received_events - sum(received.values())
    return list(found.values())


def _gauges(total: Counters, sessions: list[Session]) -> Iterator[Family]:
    connections = [each.connection for each in sessions if each.connection is not None]
    waiting = sum(each.waiting for each in connections)
    for name, text, number in (
        ("ws_sync_sessions", "Sessions that there are.", len(sessions)),
        ("ws_sync_connections", "Sessions that have a connection.", len(connections)),
        ("ws_sync_outbox", "Events that wait for peers.", waiting),
        ("ws_sync_outbox_peak", "The most events that waited for one peer.", total.outbox_peak),
    ):
        yield Family(name, "gauge", text, "", {"": number})


def _settle() -> None:
    """Add up what has ended; called with the lock."""
    while _ended:
        counters = _ended.popleft().counters
        if _live.pop(counters, None) is not None:
            _past.add(counters)
