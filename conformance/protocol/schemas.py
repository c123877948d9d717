"""The form of events, by their schemas; what was found is remembered.

Most events of a run are alike, and a schema takes longer to ask than all else that is done to one.
"""

from __future__ import annotations

from conformance.protocol.wire import SCHEMA_BY_NAME, Event
from conformance.spec import deviation

MEMORABLE = 1000
"""Characters of the longest frame of which anything is remembered."""
MOST = 4000
"""Frames of which something is remembered at a time."""

_found: dict[str, str | None] = {}


def wrong_form(event: Event, frame: str) -> str | None:
    """What its schema finds wrong with an event, a sentence; None if nothing, or without one.

    Args:
        event: The event.
        frame: The text that it was read from, or is sent as.
    """
    schema = SCHEMA_BY_NAME.get(event.name)
    if schema is None:
        return None
    if len(frame) > MEMORABLE:
        return deviation(schema, event.envelope())
    if frame not in _found:
        if len(_found) == MOST:
            _found.clear()
        _found[frame] = deviation(schema, event.envelope())
    return _found[frame]
