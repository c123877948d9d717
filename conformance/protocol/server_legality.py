"""Judges every frame of a server as it arrives: its form, its place in the order, its effect.

These are the rules that hold in every case, whatever it is about. Only MUSTs are judged here; a
SHOULD has cases of its own.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import ClassVar

from conformance.driver.expect import text
from conformance.driver.trace import shown
from conformance.errors import Kind, Violation
from conformance.protocol.counters import TALLY
from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.schemas import wrong_form
from conformance.protocol.wire import JSON, SCHEMA_BY_NAME, Event, MalformedFrame, decode
from conformance.spec import schemas


class Legality:
    """The judge of one connection. Feed it each frame in order; it keeps the mirror.

    Attributes:
        side: Whose frames it judges.
        by_name: Which requirement an event of that side breaks when its schema refuses it.
    """

    side: ClassVar[str] = "server"
    by_name: ClassVar[dict[str, str]] = {
        "_SET": "state-object",
        "_PATCH": "patch-shape",
        "_ACTION": "actions-shape",
        "_BIN_META": "binary-malformed",
        "_TOAST": "notices-toast",
        "_DOWNLOAD": "notices-download",
        "_DISCONNECT": "session-disconnect-text",
    }

    def __init__(self) -> None:
        self.mirror = Mirror()
        self.violations: list[Violation] = []
        self._attributes: dict[str, AbstractSet[str]] = {}
        self._announced: Event | None = None
        self._disconnected = False

    def text(self, frame: str) -> Event | None:
        """Judge a text frame; the event in it, or None if it holds none."""
        TALLY.frames += 1
        try:
            event = decode(frame)
        except MalformedFrame as error:
            self._broken(error.requirement, "a legal event", f"{error}", frame, error.kind)
            return None
        if self._announced is not None:
            self._broken(
                "binary-pair",
                "the binary frame right after its _BIN_META",
                "a text frame",
                frame,
                Kind.UNEXPECTED_EVENT,
                event.type,
            )
            self._announced = None
        if self._disconnected:
            self._broken(
                "session-takeover-disconnect",
                "nothing after _DISCONNECT",
                "an event",
                frame,
                Kind.UNEXPECTED_EVENT,
                event.type,
            )
        if self._well_formed(event, frame):
            self._follow(event, frame)
        return event

    def binary(self, frame: bytes) -> Event | None:
        """Judge a binary frame; the announcement that it belongs to, or None without one."""
        TALLY.frames += 1
        announcement, self._announced = self._announced, None
        if announcement is None:
            self._broken(
                "binary-pair",
                "_BIN_META before a binary frame",
                "a binary frame without it",
                shown(frame),
                Kind.UNEXPECTED_EVENT,
            )
        return announcement

    def _well_formed(self, event: Event, frame: str) -> bool:
        schema = SCHEMA_BY_NAME.get(event.name)
        if schema is None:
            return True
        if self.side not in schemas()[schema]["x-senders"]:
            expected = f"an event that {self.side}s send"
            unexpected = Kind.UNEXPECTED_EVENT, event.type
            self._broken("events-envelope", expected, f"{event.name!r}", frame, *unexpected)
            return False
        wrong = wrong_form(event, frame)
        if wrong:
            requirement = self.by_name.get(event.name, "events-envelope")
            expected = f"data as the schema {schema}.json has it"
            self._broken(requirement, expected, wrong, frame, Kind.MALFORMED, event.type)
        return wrong is None

    def _follow(self, event: Event, frame: str) -> None:
        match event.name:
            case "_SET" if event.key is not None:
                self._set(event, event.key, frame)
            case "_PATCH" if event.key is not None:
                self._patch(event, event.key, frame)
            case "_BIN_META":
                self._announced = event
            case "_DISCONNECT":
                self._disconnected = True

    def _set(self, event: Event, key: str, frame: str) -> None:
        attributes = self._attributes.setdefault(key, event.data.keys())
        if event.data.keys() != attributes:
            self._broken(
                "state-attributes-fixed",
                f"the attributes {text(sorted(attributes))}",
                f"{text(sorted(event.data))}",
                frame,
            )
        self.mirror.set(key, event.data)

    def _patch(self, event: Event, key: str, frame: str) -> None:
        if key not in self.mirror:
            self._broken(
                "connection-state-before-patch",
                f"_SET:{key} first",
                "a patch without it",
                frame,
                Kind.UNEXPECTED_EVENT,
                event.type,
            )
            return
        before = self.mirror[key]
        try:
            self.mirror.patch(key, event.data)
        except Inapplicable as error:
            self._broken(
                "patch-applicable",
                f"a patch that can be applied to {text(self.mirror[key])}",
                f"one that can not: {error}",
                frame,
                Kind.INAPPLICABLE_PATCH,
                event.type,
            )
            return
        self._fixed(key, before, self.mirror[key], frame)

    def _fixed(self, key: str, before: JSON, after: JSON, frame: str) -> None:
        if not isinstance(after, dict):
            self.mirror.set(key, before)
            self._broken("state-object", "an object after the patch", text(after), frame)
        elif after.keys() != before.keys():
            self._broken(
                "state-attributes-fixed",
                f"the attributes {text(sorted(before))}",
                f"{text(sorted(after))} after the patch",
                frame,
            )

    def _broken(
        self,
        requirement: str,
        expected: str,
        received: str,
        frame: str,
        kind: Kind = Kind.DIFFERENT_VALUE,
        event: str | None = None,
    ) -> None:
        self.violations.append(
            Violation(
                requirement=requirement,
                expected=expected,
                received=f"{received}, in the frame {shown(frame)}",
                kind=kind,
                event=event,
            )
        )
