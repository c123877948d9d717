"""Reads the dialogue of a finding about a client: the state of its document after each event.

The state is the value that both sides hold once all events have arrived, as in `legality`. It is
computed again here, because a pattern is recognised from the dialogue alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.client_mode.client_under_test import KEY
from conformance.driver.trace import Trace
from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.wire import JSON


@dataclass(frozen=True, slots=True)
class Passed:
    """One event on the connection of that label, and what both sides held before it, if known."""

    sent: bool
    connection: str
    type: str
    data: JSON
    before: JSON

    @property
    def call(self) -> str | None:
        """The name of the client's action that it calls, or None."""
        if not self.sent or self.type != f"_ACTION:{KEY}" or not isinstance(self.data, dict):
            return None
        name = self.data.get("type")
        return name if isinstance(name, str) else None


class ClientTrace:
    """The events of a dialogue in order; frames that are invalid or not kept whole are left out."""

    def __init__(self, trace: Trace) -> None:
        self.events = list(_followed(trace))

    def last(self, type: str, *, sent: bool) -> int | None:
        """The position of the last event of a type from one side on the document, or None."""
        for place in range(len(self.events) - 1, -1, -1):
            if self.events[place].type == f"{type}:{KEY}" and self.events[place].sent is sent:
                return place
        return None

    def after(self, place: int, type: str, *, sent: bool) -> Passed | None:
        """The first event of a type from one side on the document after a position, or None."""
        found = (e for e in self.events[place + 1 :] if e.type == f"{type}:{KEY}")
        return next((event for event in found if event.sent is sent), None)

    def patch(self) -> tuple[list[dict[str, Any]], JSON, JSON] | None:
        """The kit's last patch, the state before it, and the state that the client then reported.

        None if there is no such patch, or if another write came between it and the report.
        """
        place = self.last("_PATCH", sent=True)
        if place is None or not is_patch(self.events[place].data):
            return None
        reported = self.after(place, "_SET", sent=False)
        if reported is None or self.after(place, "_SET", sent=True) is not None:
            return None
        event = self.events[place]
        return event.data, event.before, reported.data

    def asked(self) -> tuple[str, JSON, Passed] | None:
        """The last assignment that the kit asked the client for, and the client's patch."""
        place = next((p for p, e in _reversed(self.events) if e.call == "assign"), None)
        if place is None:
            return None
        data, patch = self.events[place].data, self.after(place, "_PATCH", sent=False)
        if patch is None or not is_patch(patch.data) or not isinstance(data.get("name"), str):
            return None
        return data["name"], data.get("value"), patch


def _reversed(events: list[Passed]) -> Iterator[tuple[int, Passed]]:
    return ((place, events[place]) for place in range(len(events) - 1, -1, -1))


def is_patch(data: JSON) -> bool:
    """Whether data is a list of objects whose pointers are strings."""
    return isinstance(data, list) and all(
        isinstance(one, dict)
        and all(isinstance(one.get(name, ""), str) for name in ("op", "path", "from"))
        for one in data
    )


def applied(operations: JSON, state: JSON) -> JSON:
    """The state after a patch; None without a state, or if the patch does not apply."""
    if not isinstance(state, dict) or not is_patch(operations):
        return None
    mirror = Mirror()
    mirror.set(KEY, state)
    try:
        mirror.patch(KEY, operations)
    except Inapplicable:
        return None
    return mirror[KEY]


def _followed(trace: Trace) -> Iterator[Passed]:
    state: JSON = None
    for entry in trace.entries:
        if entry.direction == "noted" or not isinstance(entry.payload, str):
            continue
        sent = entry.direction == "sent"
        try:
            envelope = json.loads(entry.payload)
        except (ValueError, RecursionError):
            if entry.left_out and f":{KEY}" in entry.payload[:40]:
                state = None  # a write was not kept whole
            continue
        if not isinstance(envelope, dict) or not isinstance(envelope.get("type"), str):
            continue
        type, data = envelope["type"], envelope.get("data")
        yield Passed(sent, entry.connection, type, data, state)
        if type == f"_SET:{KEY}" and isinstance(data, dict):
            state = data if sent else {**(state or {}), **data}
        elif type == f"_PATCH:{KEY}":
            made = applied(data, state)
            state = made if isinstance(made, dict) else state
