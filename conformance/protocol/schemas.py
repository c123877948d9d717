"""The protocol's own events: their senders, schemas and requirements.

All of this is read from `spec/schemas/`: `x-senders` lists the sides that send an event, and
`x-requirement` names the requirement that a side breaks when its event is invalid by the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conformance.protocol.wire import JSON, SCHEMA_BY_NAME, Event
from conformance.spec import deviation, schemas

ENVELOPE: Final = "events-envelope"
"""The requirement for events whose schema names none."""


@dataclass(frozen=True, slots=True)
class EventSchema:
    """What the specification says of all events of one name.

    Attributes:
        schema: The schema's file name without its ending.
        senders: The sides that send such events: `server`, `client`.
        requirements: By sender, the id of the requirement that an invalid event breaks.
    """

    schema: str
    senders: frozenset[str]
    requirements: Mapping[str, str]

    def requirement(self, sender: str) -> str:
        """The id of the requirement that a sender breaks with an invalid event."""
        return self.requirements.get(sender, ENVELOPE)

    def violation(self, envelope: JSON) -> str | None:
        """The first thing that is invalid in an event, one sentence; None if it is valid.

        Args:
            envelope: The JSON object with `type` and, unless it is absent, `data`.
        """
        return deviation(self.schema, envelope)


EVENTS: Final = {
    name: EventSchema(
        schema,
        frozenset(schemas()[schema]["x-senders"]),
        schemas()[schema].get("x-requirement", {}),
    )
    for name, schema in SCHEMA_BY_NAME.items()
}
"""The schemas of the protocol's own events, by the event's name."""


def violation(event: Event) -> str | None:
    """The first thing that is invalid in an event, one sentence.

    None if the event is valid, or if the protocol does not define its name (events-unknown-type).
    """
    schema = EVENTS.get(event.name)
    return schema.violation(event.envelope()) if schema else None
