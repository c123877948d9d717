"""Judges every frame of a client as it arrives, and follows the document that it writes to.

The mirror holds what both sides hold when everything has arrived: what the kit has sent, and every
write of the client on top of it. Patches are applied by the `jsonpatch` library. Only MUSTs are
judged here.
"""

from __future__ import annotations

from typing import ClassVar

from conformance.driver.expect import text
from conformance.errors import Kind
from conformance.protocol.mirror import Inapplicable
from conformance.protocol.server_legality import Legality
from conformance.protocol.wire import Event


class ClientLegality(Legality):
    """The judge of one connection of a client.

    Attributes:
        asked: Whether the kit has asked who the client is.
        spoken: Whether the kit has sent anything else.
    """

    side: ClassVar[str] = "client"
    by_name: ClassVar[dict[str, str]] = {
        "_PATCH": "patch-shape",
        "_ACTION": "actions-shape",
        "_USER_SESSION": "session-identify-answer",
    }

    def __init__(self) -> None:
        super().__init__()
        self.asked = False
        self.spoken = False
        self._heard = False

    def _well_formed(self, event: Event, frame: str) -> bool:
        first, self._heard = not self._heard, True
        if self.asked and first and event.name not in ("_USER_SESSION", "_HELLO"):
            self._broken(
                "session-identify-answer",
                "_USER_SESSION as the first event",
                event.type,
                frame,
                Kind.UNEXPECTED_EVENT,
                event.type,
            )
        if event.name == "_HELLO" and not self.spoken:
            self._broken(
                "versioning-hello-late",
                "no _HELLO before an event of the server",
                "one",
                frame,
                Kind.UNEXPECTED_EVENT,
                event.type,
            )
        return super()._well_formed(event, frame)

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
                Kind.UNEXPECTED_EVENT,
                event.type,
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
                Kind.INAPPLICABLE_PATCH,
                event.type,
            )
