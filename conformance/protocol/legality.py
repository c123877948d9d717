"""Judges every frame of one side of a connection when it arrives.

These rules hold in every case, whatever the case is about: the form of a frame, its place in the
order, and whether it can be applied. Only MUSTs are judged; a SHOULD has cases of its own. The
judge also keeps the mirror: the documents as both sides hold them after all frames so far.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import ClassVar

from conformance.errors import Kind, Violation
from conformance.protocol.display import show_json, show_payload
from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.schemas import ENVELOPE, EVENTS
from conformance.protocol.wire import JSON, Event, MalformedFrame, decode


class Legality:
    """The judge of one side of a connection. Give it each frame in order.

    Attributes:
        unannounced: The requirement that a patch breaks before the document's first `_SET`.
        inapplicable: The requirement that a patch breaks that can't be applied.
    """

    side: ClassVar[str]
    unannounced: ClassVar[str]
    inapplicable: ClassVar[str]

    def __init__(self) -> None:
        self.mirror = Mirror()
        self.violations: list[Violation] = []
        self._announced: Event | None = None
        self._disconnected = False

    def text(self, frame: str) -> Event | None:
        """Judge a text frame; the event in it, or None if it holds none."""
        try:
            event = decode(frame)
        except MalformedFrame as error:
            self._break(error.requirement, "a legal event", f"{error}", frame, kind=error.kind)
            return None
        if self._announced is not None:
            expected = "the binary frame right after its _BIN_META"
            self._break("binary-pair", expected, "a text frame", frame, event.type)
            self._announced = None
        if self._disconnected:
            expected = "nothing after _DISCONNECT"
            self._break("session-takeover-disconnect", expected, "an event", frame, event.type)
        if self._is_well_formed(event, frame):
            self._follow(event, frame)
        return event

    def binary(self, frame: bytes) -> Event | None:
        """Judge a binary frame; the `_BIN_META` before it, or None without one."""
        announcement, self._announced = self._announced, None
        if announcement is None:
            expected = "_BIN_META before a binary frame"
            self._break("binary-pair", expected, "a binary frame without it", frame)
        return announcement

    def _is_well_formed(self, event: Event, frame: str) -> bool:
        schema = EVENTS.get(event.name)
        if schema is None:
            return True
        if self.side not in schema.senders:
            expected = f"an event that {self.side}s send"
            self._break(ENVELOPE, expected, f"{event.name!r}", frame, event.type)
            return False
        wrong = schema.violation(event.envelope())
        if wrong:
            expected = f"data as the schema {schema.schema}.json has it"
            self._break(schema.requirement(self.side), expected, wrong, frame, kind=Kind.MALFORMED)
        return wrong is None

    def _follow(self, event: Event, frame: str) -> None:
        match event.name:
            case "_SET" if event.key is not None:
                self._set(event.key, event.data, frame)
            case "_PATCH" if event.key is not None:
                self._patch(event.key, event.data, frame)
            case "_BIN_META":
                self._announced = event
            case "_DISCONNECT":
                self._disconnected = True

    def _set(self, key: str, data: JSON, frame: str) -> None:
        raise NotImplementedError

    def _patch(self, key: str, operations: JSON, frame: str) -> None:
        if key not in self.mirror:
            expected = f"_SET:{key} before a patch of {key} on this connection"
            self._break(self.unannounced, expected, "a patch without it", frame, f"_PATCH:{key}")
            return
        before = self.mirror[key]
        try:
            self.mirror.patch(key, operations)
        except Inapplicable as error:
            expected = f"a patch that can be applied to {show_json(before)}"
            received = f"a patch that can't be applied: {error}"
            self._break(self.inapplicable, expected, received, frame, kind=Kind.INAPPLICABLE_PATCH)
        else:
            self._patched(key, before, frame)

    def _patched(self, key: str, before: JSON, frame: str) -> None:
        """Judge a document after a patch."""

    def _break(
        self,
        requirement: str,
        expected: str,
        received: str,
        frame: str | bytes,
        event: str | None = None,
        *,
        kind: Kind = Kind.UNEXPECTED_EVENT,
    ) -> None:
        self.violations.append(
            Violation(
                requirement=requirement,
                expected=expected,
                received=f"{received}, in the frame {show_payload(frame)}",
                kind=kind,
                event=event,
            )
        )


class ServerLegality(Legality):
    """The judge of a server: its documents are objects, and keep their attributes."""

    side: ClassVar[str] = "server"
    unannounced: ClassVar[str] = "connection-state-before-patch"
    inapplicable: ClassVar[str] = "patch-applicable"

    def __init__(self) -> None:
        super().__init__()
        self._attributes: dict[str, AbstractSet[str]] = {}

    def _set(self, key: str, data: JSON, frame: str) -> None:
        self._compare_attributes(self._attributes.setdefault(key, data.keys()), data, "", frame)
        self.mirror.set(key, data)

    def _patched(self, key: str, before: JSON, frame: str) -> None:
        after = self.mirror[key]
        if not isinstance(after, dict):
            self.mirror.set(key, before)
            expected = "an object after the patch"
            self._break(
                "state-object", expected, show_json(after), frame, kind=Kind.DIFFERENT_VALUE
            )
        else:
            self._compare_attributes(before.keys(), after, " after the patch", frame)

    def _compare_attributes(
        self, names: AbstractSet[str], document: JSON, when: str, frame: str
    ) -> None:
        if document.keys() != names:
            self._break(
                "state-attributes-fixed",
                f"the attributes {show_json(sorted(names))}",
                f"{show_json(sorted(document))}{when}",
                frame,
                kind=Kind.DIFFERENT_VALUE,
            )


class ClientLegality(Legality):
    """The judge of a client, which writes to documents that the kit has sent.

    Attributes:
        asked: Whether the kit has sent `_REQUEST_USER_SESSION`.
        spoken: Whether the kit has sent anything else.
    """

    side: ClassVar[str] = "client"
    unannounced: ClassVar[str] = "state-client-base"
    inapplicable: ClassVar[str] = "state-client-patch"

    def __init__(self) -> None:
        super().__init__()
        self.asked = False
        self.spoken = False
        self._heard = False

    def _is_well_formed(self, event: Event, frame: str) -> bool:
        first, self._heard = not self._heard, True
        if self.asked and first and event.name not in ("_USER_SESSION", "_HELLO"):
            expected = "_USER_SESSION as the first event"
            self._break("session-identify-answer", expected, event.type, frame, event.type)
        if event.name == "_HELLO" and not self.spoken:
            expected = "no _HELLO before an event of the server"
            self._break("versioning-hello-late", expected, "one", frame, event.type)
        return super()._is_well_formed(event, frame)

    def _set(self, key: str, data: JSON, frame: str) -> None:  # noqa: ARG002
        if key in self.mirror:
            self.mirror.merge(key, data)
