"""Judges every frame of a client as it arrives, and follows the document that it writes to.

The mirror holds what both sides hold when everything has arrived: what the kit has sent, and every
write of the client on top of it. Patches are applied by the `jsonpatch` library. Only MUSTs are
judged here.
"""

from __future__ import annotations

from conformance.expect import text
from conformance.legality import Legality
from conformance.mirror import Inapplicable
from conformance.spec import deviation, schemas
from conformance.wire import SCHEMA_BY_NAME, Event

REQUIREMENT_BY_NAME = {
    "_PATCH": "patch-shape",
    "_ACTION": "actions-shape",
    "_USER_SESSION": "session-identify-answer",
}
"""Which requirement an event of the client breaks when its schema refuses it."""


class ClientLegality(Legality):
    """The judge of one connection of a client.

    Attributes:
        asked: Whether the kit has asked who the client is.
        spoken: Whether the kit has sent anything else.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked = False
        self.spoken = False
        self._heard = False

    def _well_formed(self, event: Event, frame: str) -> bool:
        first, self._heard = not self._heard, True
        if self.asked and first and event.name not in ("_USER_SESSION", "_HELLO"):
            self._broken(
                "session-identify-answer", "_USER_SESSION as the first event", event.type, frame
            )
        if event.name == "_HELLO" and not self.spoken:
            self._broken(
                "versioning-hello-late", "no _HELLO before an event of the server", "one", frame
            )
        schema = SCHEMA_BY_NAME.get(event.name)
        if schema is None:
            return True
        if "client" not in schemas()[schema]["x-senders"]:
            self._broken("events-envelope", "an event that clients send", f"{event.name!r}", frame)
            return False
        wrong = deviation(schema, event.envelope())
        if wrong:
            requirement = REQUIREMENT_BY_NAME.get(event.name, "events-envelope")
            self._broken(requirement, f"data as the schema {schema}.json has it", wrong, frame)
        return wrong is None

    def _set(self, event: Event, key: str, _frame: str) -> None:
        if key in self.mirror:
            self.mirror.set(key, {**self.mirror[key], **event.data})

    def _patch(self, event: Event, key: str, frame: str) -> None:
        if key not in self.mirror:
            self._broken(
                "state-client-base",
                f"no patch of {key} before its _SET on this connection",
                "one",
                frame,
            )
            return
        try:
            self.mirror.patch(key, event.data)
        except Inapplicable as error:
            self._broken(
                "state-client-patch",
                f"a patch that can be applied to {text(self.mirror[key])}",
                f"one that can not: {error}",
                frame,
            )
