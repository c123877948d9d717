"""The features of a testee that a dialogue has used, by the names of the testee contract.

A program is generated for one testee. Another testee can run it if it has the features that the
program used.
"""

from __future__ import annotations

from conformance.driver.trace import Trace
from conformance.protocol.contract import ACTIONS, KEY_FEATURES
from conformance.protocol.wire import Event, MalformedFrame, decode

BY_EVENT = {
    "_TASK_START": "tasks",
    "_TASK_CANCEL": "tasks",
    "_BIN_META": "binary",
    "_USER_SESSION": "user-session",
}


def used(trace: Trace) -> frozenset[str]:
    """Return the features that a testee needs to understand what the kit has sent."""
    sent = (entry.payload for entry in trace.entries if entry.direction == "sent")
    return frozenset().union(*(_of_frame(frame) for frame in sent if isinstance(frame, str)))


def _of_frame(frame: str) -> set[str]:
    try:
        event = decode(frame)
    except MalformedFrame:
        return set()
    found = {
        BY_EVENT.get(event.name),
        KEY_FEATURES.get(event.key or ""),
        ACTIONS.get(_action(event)),
    }
    return {feature for feature in found if feature is not None}


def _action(event: Event) -> str:
    if event.name != "_ACTION" or not isinstance(event.data, dict):
        return ""
    name = event.data.get("type")
    return name if isinstance(name, str) else ""
