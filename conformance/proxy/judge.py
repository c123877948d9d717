"""Judges the messages of both sides of one connection as they pass.

Each side's messages are in order, but how much a side had received when it sent one is unknown. A
fault is reported only if what has passed proves it.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from conformance.protocol.display import show_json
from conformance.protocol.schemas import ENVELOPE, EVENTS
from conformance.protocol.wire import ABSENT, JSON, MalformedFrame, decode
from conformance.proxy.documents import MOST_KEYS, Documents
from conformance.proxy.sides import FRAMES, Due, Fault, Reporter, Side
from conformance.spec import fast_validator

LONGEST_TYPE = 8192
"""The longest type of an event that is judged, its key included, in characters."""

IS_VALID = {name: fast_validator(event.schema).is_valid for name, event in EVENTS.items()}
"""Whether an event is valid by the schema of its name; the schema itself explains why not."""
Follow = Callable[[Side, str, JSON], None]


def read(payload: bytes) -> dict[str, JSON]:
    """Read the event in a text message: an object with a string `type`.

    orjson takes 0.8 µs where `wire.decode` takes 4.8, and rejects what the protocol rejects. A text
    that it rejects is read again by `decode`, which explains why, or accepts large integers.

    Raises:
        MalformedFrame: The message has no event.
    """
    try:
        envelope = orjson.loads(payload)
        if envelope.__class__ is dict and envelope.get("type").__class__ is str:
            found: dict[str, JSON] = envelope
            return found
    except orjson.JSONDecodeError:
        pass
    try:
        return decode(payload.decode()).envelope()
    except UnicodeDecodeError as error:
        raise MalformedFrame("connection-text", "text that is not UTF-8") from error


class Judge:
    """The judge of one connection. Pass it every message in order.

    Args:
        on_fault: Called with each fault.
        on_note: Called with a sentence about what could not be judged.
        deadline: Seconds within which a side must do what it owes.

    Attributes:
        identity: The user and the session that the client has named, or None.
        refusable: The type of the client's last event if it is well-formed, so that the connection
            must survive it; otherwise an empty string.
    """

    def __init__(
        self, on_fault: Callable[[Fault], None], on_note: Callable[[str], None], deadline: float
    ) -> None:
        self.server = Side("server")
        self.client = Side("client")
        self.identity: tuple[str, str] | None = None
        self.refusable = ""
        self._reporter = Reporter(on_fault, on_note, deadline)
        self._within = self._reporter.within
        self._requested = False
        self._has_skipped = False
        self.documents = Documents(self._reporter, self.server, self.client)
        both: dict[str, Follow] = {
            "_GET": self.documents.get,
            "_BIN_META": self._bin_meta,
            "_HELLO": self._hello,
        }
        self._follow: dict[str, dict[str, Follow]] = {
            "server": both
            | {
                "_SET": self._server_set,
                "_PATCH": self._server_patch,
                "_DISCONNECT": self._disconnect,
                "_REQUEST_USER_SESSION": self._request_user_session,
            },
            "client": both
            | {
                "_SET": self.documents.client_set,
                "_PATCH": self.documents.client_patch,
                "_USER_SESSION": self._user_session,
            },
        }

    @property
    def dues(self) -> dict[tuple[str, str], Due]:
        """What the sides owe, by side and name."""
        return self._reporter.dues

    @property
    def disconnected(self) -> bool:
        """Whether the server has sent `_DISCONNECT`."""
        return self.server.disconnected

    def text(self, side: Side, payload: bytes, now: float) -> str:
        """Judge a text message; return the type of its event, or an empty string without one."""
        self._reporter.now = now
        side.frames += 1
        self._in_order(side, "a text message")
        try:
            envelope = read(payload)
        except MalformedFrame as error:
            self._reporter.fault(side, error.requirement, "", "a legal event", str(error))
            self._first(side, "a malformed frame")
            if side is self.client:
                self.refusable = ""
            return ""
        type_: str = envelope["type"]
        if len(type_) > LONGEST_TYPE:
            return self._too_long(side, type_)
        self._event(side, type_, envelope)
        if side is self.client:
            if side.frames == 1:
                self._first(side, type_)
            self.refusable = "" if self._requested and side.frames == 1 else type_
        return type_

    def _too_long(self, side: Side, type_: str) -> str:
        """Count an event that is not judged, so that nothing of its size is kept."""
        if not self._has_skipped:
            self._has_skipped = True
            length = f"{len(type_)} characters"
            self._reporter.note(
                f"the type of an event has {length}; events with such types are not judged"
            )
        self.refusable = ""
        side.events += 1
        return type_[:LONGEST_TYPE]

    def _event(self, side: Side, type_: str, envelope: dict[str, JSON]) -> None:
        name, colon, key = type_.partition(":")
        if side.announced == "yes":
            side.announced = "reported"
            expected = "the binary frame right after its _BIN_META"
            self._reporter.fault(
                side, "binary-pair", "_BIN_META", expected, f"a text frame, {name}"
            )
        if name != "_REQUEST_USER_SESSION":
            side.events += 1
        schema = EVENTS.get(name)
        if schema is None:
            return
        if side.name not in schema.senders:
            expected = f"an event that {side.name}s send"
            self._reporter.fault(side, ENVELOPE, type_, expected, repr(name))
            return
        if not IS_VALID[name](envelope) and (wrong := schema.violation(envelope)):
            expected = f"data that is valid by the schema of {name}"
            self._reporter.fault(side, schema.requirement(side.name), type_, expected, wrong)
            if name in ("_SET", "_PATCH"):
                self.documents.lose(side, key)
            return
        if colon and len(side.used) < MOST_KEYS:
            side.used.add(key)
        follow = self._follow[side.name].get(name)
        if follow is not None:
            follow(side, key, envelope.get("data", ABSENT))

    def binary(self, side: Side, now: float) -> None:
        """Judge a binary message."""
        self._reporter.now = now
        side.frames += 1
        if side is self.client:
            self.refusable = ""
        self._in_order(side, "a binary message")
        self._first(side, "a binary message")
        if side.announced == "no":
            got = "a binary frame without it"
            self._reporter.fault(
                side, "binary-pair", "binary", "_BIN_META before a binary frame", got
            )
        side.announced = "no"
        self._reporter.settle(side, "bytes")

    def large(self, side: Side, now: float) -> None:
        """Count a message that is too large to be judged; no document is followed after it."""
        self._reporter.now = now
        side.frames += 1
        self._lose_all()

    def invalid(self, side: Side, reason: str, now: float) -> None:
        """Report an invalid frame, after which nothing of this side can be read."""
        self._reporter.now = now
        self._reporter.fault(side, FRAMES, "", "a frame that is valid by RFC 6455", reason)
        self._lose_all()

    def _lose_all(self) -> None:
        self.refusable = ""
        self.documents.lose_all()

    def close(self, side: Side, now: float) -> None:
        """Take note of a close frame, after which nothing is owed."""
        self._reporter.now = now
        side.closed = True
        self.dues.clear()

    def overdue(self, now: float) -> None:
        """Report what has not happened in time."""
        self._reporter.overdue(now)

    # Both sides

    def _in_order(self, side: Side, what: str) -> None:
        if side.closed:
            self._reporter.fault(side, FRAMES, "close", "nothing after the close frame", what)
        if self.disconnected and side is self.server:
            expected = "nothing after _DISCONNECT"
            self._reporter.fault(side, "session-takeover-disconnect", "_DISCONNECT", expected, what)

    def _bin_meta(self, side: Side, _: str, __: JSON) -> None:
        side.announced = "yes"
        expected = f"the bytes after _BIN_META {self._within}"
        self._reporter.owe(side, "bytes", "binary-pair", "_BIN_META", expected, restart=True)

    def _hello(self, side: Side, _: str, data: JSON) -> None:
        names: list[str] = data["extensions"]
        side.extensions = names
        offered = self.client.extensions
        if side is self.client:
            if not self.server.events:
                expected = "_HELLO after the first event of the server"
                self._reporter.fault(
                    side, "versioning-hello-late", "_HELLO", expected, "one before it"
                )
        elif offered is None:
            expected = "no _HELLO before the client's"
            self._reporter.fault(side, "versioning-hello-asked", "_HELLO", expected, "one")
        elif not set(names) <= set(offered):
            expected = f"only names of {show_json(offered)}"
            self._reporter.fault(
                side, "versioning-hello-subset", "_HELLO", expected, show_json(names)
            )

    # The server

    def _request_user_session(self, side: Side, _: str, __: JSON) -> None:
        if side.events or self._requested:
            about = "_REQUEST_USER_SESSION"
            expected, got = f"{about} as the first event", "it after others"
            self._reporter.fault(side, "session-identify-request", about, expected, got)
        self._requested = True

    def _disconnect(self, side: Side, _: str, __: JSON) -> None:
        side.disconnected = True
        self.dues.clear()
        about, expected = "_DISCONNECT", f"a close {self._within} after _DISCONNECT"
        self._reporter.owe(side, "close", "session-takeover-disconnect", about, expected)

    def _before_identity(self, side: Side, type_: str) -> None:
        if not self._requested or self.identity:
            return
        if self.client.frames == 0:
            expected = "no state before the client has identified itself"
            self._reporter.fault(side, "session-identify-first", type_, expected, type_)
        else:
            expected = "a close, because the client's first frame does not identify it"
            self._reporter.fault(side, "session-identify-refuse", type_, expected, type_)

    def _server_set(self, side: Side, key: str, data: JSON) -> None:
        self._before_identity(side, f"_SET:{key}")
        self.documents.server_set(side, key, data)

    def _server_patch(self, side: Side, key: str, data: JSON) -> None:
        self._before_identity(side, f"_PATCH:{key}")
        self.documents.server_patch(side, key, data)

    # The client

    def _first(self, side: Side, what: str) -> None:
        """Judge the first frame of a client that was asked to identify itself."""
        if not self._requested or self.identity or side is not self.client or side.frames > 1:
            return
        if not what.startswith("_USER_SESSION"):  # its data is judged by the schema
            expected = "_USER_SESSION as the first event, in answer to _REQUEST_USER_SESSION"
            self._reporter.fault(side, "session-identify-answer", what, expected, what)
        about, expected = "_USER_SESSION", f"a close {self._within}, for want of an identity"
        self._reporter.owe(
            self.server, "close", "session-identify-refuse", about, expected, restart=True
        )

    def _user_session(self, side: Side, _: str, data: JSON) -> None:
        if side.frames == 1:
            self.identity = data["user"][:LONGEST_TYPE], data["session"][:LONGEST_TYPE]
