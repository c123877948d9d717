"""The counters of one session: integer attributes, which the library increments in place.

Counting needs no lock, no name lookup and no call. `metrics` gives the numbers their public names.
Nothing that a client chooses (a key, the name of an action) is part of a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from ws_sync._core.protocol.events import split_event


def _counted(family: str, value: str = "") -> Any:
    return field(default=0, metadata={"family": f"ws_sync_{family}", "value": value})


@dataclass(slots=True, eq=False)
class Counters:
    """What one session has counted since it was created.

    Attributes:
        received_events: all received events.
        outbox_peak: the largest number of units that waited in an outbox at once.
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
        """Count an event that the application sends, by its name."""
        self._add_one(_SENT.get(split_event(event)[0], "sent_others"))

    def closed(self, code: int) -> None:
        """Count a connection that this side closes with `code`."""
        self._add_one(_CLOSED.get(code, "closed_other"))

    def add(self, other: Counters) -> None:
        """Add the numbers of `other`; the peak becomes the larger one."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.outbox_peak = max(self.outbox_peak, other.outbox_peak)

    def _add_one(self, name: str) -> None:
        setattr(self, name, getattr(self, name) + 1)


METRICS = [
    (each.metadata["family"], each.metadata["value"], each.name)
    for each in fields(Counters)
    if each.metadata
]
"""Family, value of the label and attribute of each counter."""

_SUMS = [*(name for _, _, name in METRICS), "received_events"]
_SENT = {value: name for family, value, name in METRICS if family == "ws_sync_events_sent"}
_CLOSED = {
    int(value): name
    for family, value, name in METRICS
    if family == "ws_sync_connections_closed" and value.isdecimal()
}


def size(text: str) -> int:
    """Return the bytes of a text in a frame; `len` is faster where the text is ASCII."""
    return len(text.encode())


outside = Counters()
"""What happens to connections before they reach a session."""
