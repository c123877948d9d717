"""Judges the frames of both sides of one connection, as they pass.

What one side sends is in order. What the other side had got by then is not known, so everything is
told by what has passed alone, and is left untold where that does not decide it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from conformance.protocol.display import show_json
from conformance.protocol.wire import JSON, MalformedFrame
from conformance.proxy.copies import DocumentCopy, Unfollowed
from conformance.proxy.patching import Inapplicable
from conformance.proxy.reading import read
from conformance.proxy.shapes import PLAIN, SHAPES
from conformance.proxy.sides import FRAMES, REQUIREMENT_BY_NAME, Due, Fault, Side

MOST_KEYS = 10_000
"""Documents that are followed on a connection, and keys that are remembered."""
LONGEST_TYPE = 8192
"""Characters of an event's type, its key included; a longer one is passed on, and not judged."""


class Judge:
    """The judge of one connection. Feed it every message in the order in which they pass.

    Attributes:
        copies: The client's copies, by key.
        dues: What has to happen in time, by what it is.
        identity: The user and the session that the client has named, or None.
        unfollowed: How often a patch could not be followed, without anybody's fault.
        disconnected: Whether the server has sent `_DISCONNECT`.
        refusable: The type of the client's last event, if that is a well-formed one behind which
            the connection has to stay open whatever it asks for; or an empty text.
    """

    def __init__(
        self,
        tell: Callable[[Fault], None],
        note: Callable[[str], None],
        deadline: float,
    ) -> None:
        self.copies: dict[str, DocumentCopy] = {}
        self.dues: dict[tuple[str, str], Due] = {}
        self.identity: tuple[str, str] | None = None
        self.unfollowed = 0
        self.disconnected = False
        self.server = Side("server")
        self.client = Side("client")
        self._tell = tell
        self._note = note
        self._deadline = deadline
        self.refusable = ""
        self._requested = False
        self._has_skipped = False
        self._handled = 0
        self._talkative: set[str] = set()
        self._now = 0.0
        self._by_name: dict[str, dict[str, Callable[[Side, str, JSON], None]]] = {
            "server": {
                "_SET": self._state,
                "_PATCH": self._change,
                "_GET": self._question,
                "_BIN_META": self._announcement,
                "_DISCONNECT": self._goodbye,
                "_REQUEST_USER_SESSION": self._request,
                "_HELLO": self._hello,
            },
            "client": {
                "_SET": self._write,
                "_PATCH": self._edit,
                "_GET": self._question,
                "_BIN_META": self._announcement,
                "_USER_SESSION": self._identify,
                "_HELLO": self._hello,
            },
        }

    def text(self, side: Side, payload: bytes, now: float) -> str:
        """Judge a text message; its type, or an empty text if it holds no event."""
        self._now = now
        side.frames += 1
        self._in_order(side, "a text message")
        try:
            type_, data = read(payload)
        except MalformedFrame as error:
            self._broken(side, error.requirement, "", "a legal event", str(error))
            self._first(side, "a malformed frame")
            if side is self.client:
                self.refusable = ""
            return ""
        if len(type_) > LONGEST_TYPE:
            return self._too_long(side, type_)
        self._event(side, type_, data)
        if side is self.client:
            if side.frames == 1:
                self._first(side, type_)
            self.refusable = "" if self._requested and side.frames == 1 else type_
        return type_

    def _too_long(self, side: Side, type_: str) -> str:
        """Take note of an event that is not judged, so that nothing has to be kept of it."""
        if not self._has_skipped:
            self._has_skipped = True
            length = f"{len(type_)} characters"
            self._note(f"an event whose type has {length}: ones so long are not judged")
        self.refusable = ""
        side.events += 1
        return type_[:LONGEST_TYPE]

    def _event(self, side: Side, type_: str, data: JSON) -> None:
        name, colon, key = type_.partition(":")
        if side.announced == "yes":
            side.announced = "told"
            expected = "the binary frame right after its _BIN_META"
            self._broken(side, "binary-pair", "_BIN_META", expected, f"a text frame, {name}")
        if name != "_REQUEST_USER_SESSION":
            side.events += 1
        shape = SHAPES.get(name)
        if shape is None:
            return
        if side.name not in shape.senders:
            other = f"an event that {side.name}s send"
            self._broken(side, "events-envelope", type_, other, repr(name))
            return
        if wrong := shape.deviation(type_, data):
            requirement = REQUIREMENT_BY_NAME.get(name, {}).get(side.name, "events-envelope")
            self._broken(side, requirement, type_, f"data as the schema of {name} has it", wrong)
            self._unread(side, name, key)
            return
        if colon and len(side.used) < MOST_KEYS:
            side.used.add(key)
        follow = self._by_name[side.name].get(name)
        if follow is not None:
            follow(side, key, data)

    def _unread(self, side: Side, name: str, key: str) -> None:
        """Stop to follow a document of which something was sent that is not as it has to be."""
        copy = self.copies.get(key)
        if name not in ("_SET", "_PATCH") or copy is None:
            return
        if side is self.client:
            copy.refuse(self._now, side.frames)
        else:
            copy.lose()

    def binary(self, side: Side, now: float) -> None:
        """Judge a binary message."""
        self._now = now
        side.frames += 1
        if side is self.client:
            self.refusable = ""
        self._in_order(side, "a binary message")
        self._first(side, "a binary message")
        if side.announced == "no":
            got = "a binary frame without it"
            self._broken(side, "binary-pair", "binary", "_BIN_META before a binary frame", got)
        side.announced = "no"
        self.dues.pop((side.name, "bytes"), None)

    def large(self, side: Side, now: float) -> None:
        """Take note of a message that is too large to be judged."""
        self._now = now
        side.frames += 1
        self.refusable = ""
        for copy in self.copies.values():
            copy.lose()

    def broken(self, side: Side, reason: str, now: float) -> None:
        """Judge bytes that are no frame; nothing that follows can be read."""
        self._now = now
        self.refusable = ""
        self._broken(side, FRAMES, "", "a frame as RFC 6455 has it", reason)
        for copy in self.copies.values():
            copy.lose()

    def close(self, side: Side, now: float) -> None:
        """Take note of a close frame: nothing has to be answered any more."""
        self._now = now
        side.closed = True
        self.dues.clear()

    def overdue(self, now: float) -> None:
        """Tell what has not happened in time."""
        for name in [name for name, due in self.dues.items() if due.at <= now]:
            self._tell(self.dues.pop(name).fault)

    # Both sides

    def _in_order(self, side: Side, what: str) -> None:
        if side.closed:
            self._broken(side, FRAMES, "close", "nothing behind the close frame", what)
        if self.disconnected and side is self.server:
            expected = "nothing after _DISCONNECT"
            self._broken(side, "session-takeover-disconnect", "_DISCONNECT", expected, what)

    def _question(self, side: Side, key: str, _: JSON) -> None:
        other = self.server if side is self.client else self.client
        if key in side.asked or len(side.asked) < MOST_KEYS:
            side.asked.setdefault(key, deque(maxlen=100)).append(side.frames)
        self.dues.pop((side.name, f"_GET:{key}"), None)
        known = key in self.copies if side is self.client else key in self.client.used
        if known and not self.disconnected and not other.closed:
            expected = f"_SET:{key} in answer to _GET:{key} within {self._deadline:g} s"
            fault = Fault("state-get", other.name, f"_GET:{key}", expected, "none", "suspect")
            self.dues.setdefault((other.name, f"_SET:{key}"), Due(self._due(), fault))

    def _answered(self, side: Side, key: str) -> int | None:
        """Take a `_SET` for the answer to the oldest question; which frame that was."""
        other = self.server if side is self.client else self.client
        waiting = other.asked.get(key)
        if not waiting:
            return None
        number = waiting.popleft()
        due = self.dues.pop((side.name, f"_SET:{key}"), None)
        if waiting and due:
            self.dues[(side.name, f"_SET:{key}")] = Due(self._due(), due.fault)
        return number

    def _announcement(self, side: Side, _: str, __: JSON) -> None:
        side.announced = "yes"
        expected = f"the bytes behind _BIN_META within {self._deadline:g} s"
        fault = Fault("binary-pair", side.name, "_BIN_META", expected, "none", "suspect")
        self.dues[(side.name, "bytes")] = Due(self._due(), fault)

    def _hello(self, side: Side, _: str, data: JSON) -> None:
        names: list[str] = data["extensions"]
        side.extensions = names
        offered = self.client.extensions
        if side is self.client:
            if not self.server.events:
                expected = "_HELLO behind the first event of the server"
                self._broken(side, "versioning-hello-late", "_HELLO", expected, "one before it")
        elif offered is None:
            expected = "no _HELLO before the client's"
            self._broken(side, "versioning-hello-asked", "_HELLO", expected, "one")
        elif not set(names) <= set(offered):
            expected = f"names out of {show_json(offered)}"
            self._broken(side, "versioning-hello-subset", "_HELLO", expected, show_json(names))

    def _plain(self, side: Side, key: str, operations: list[JSON]) -> None:
        for one in operations:
            if one["op"] not in PLAIN:
                expected = "add, remove and replace alone"
                self._broken(side, "patch-plain-operations", f"_PATCH:{key}", expected, one["op"])

    # The server

    def _request(self, side: Side, _: str, __: JSON) -> None:
        if side.events or self._requested:
            expected = "_REQUEST_USER_SESSION as the first event"
            got = "it behind others"
            self._broken(side, "session-identify-request", "_REQUEST_USER_SESSION", expected, got)
        self._requested = True

    def _goodbye(self, _: Side, __: str, ___: JSON) -> None:
        self.disconnected = True
        self.dues.clear()
        expected = f"that the server closes within {self._deadline:g} s after _DISCONNECT"
        fault = Fault(
            "session-takeover-disconnect",
            "server",
            "_DISCONNECT",
            expected,
            "it does not",
            "suspect",
        )
        self.dues[("server", "close")] = Due(self._due(), fault)

    def _before_identity(self, side: Side, type_: str) -> None:
        if not self._requested or self.identity:
            return
        if self.client.frames == 0:
            expected = "no state before the client has identified itself"
            self._broken(side, "session-identify-first", type_, expected, type_)
        else:
            expected = "that it closes, since the client's first frame does not identify it"
            self._broken(side, "session-identify-refuse", type_, expected, type_)

    def _state(self, side: Side, key: str, data: JSON) -> None:
        self._before_identity(side, f"_SET:{key}")
        copy = self.copies.get(key)
        asked = self._answered(side, key)
        if copy is None:
            if len(self.copies) == MOST_KEYS:
                return
            copy = self.copies[key] = DocumentCopy(key, attributes=frozenset(data))
        elif asked is None and not copy.writes_on_the_way(self._now, self._handled):
            self._talkative.add(key)
        elif (
            asked is not None
            and key not in self._talkative
            and not copy.writes_on_the_way(self._now, self._handled)
        ):
            # Nothing but the question has led to this state, so what was sent before it is done.
            self._handled = max(self._handled, asked)
        if data.keys() != copy.attributes:
            self._attributes(side, f"_SET:{key}", copy.attributes, data)
        copy.replace(data, self._now, self._handled)

    def _change(self, side: Side, key: str, data: JSON) -> None:
        self._before_identity(side, f"_PATCH:{key}")
        self._plain(side, key, data)
        copy = self.copies.get(key)
        if copy is None and len(self.copies) == MOST_KEYS:
            return
        if copy is None:
            got = "a patch without it"
            what = f"_SET:{key} first on this connection"
            self._broken(side, "connection-state-before-patch", f"_PATCH:{key}", what, got)
            return
        followed = copy.followed
        shallow = any(one["op"] != "replace" and one["path"].count("/") < 2 for one in data)
        whole = any(one["path"] == "" or one.get("from") == "" for one in data)
        judged = followed and (shallow or whole) and copy.root[0].__class__ is dict
        before = set(copy.root[0]) if judged else set()
        try:
            copy.patch(data, self._now, self._handled)
        except Inapplicable as error:
            expected = f"a patch that can be applied to {show_json(copy.root[0])}"
            self._inapplicable(side, "patch-applicable", copy, expected, error)
            self._ask_again(key)
        except Unfollowed as error:
            self._lost(f"_PATCH:{key} of the server: {error}")
        else:
            after = copy.root[0]
            if judged and after.__class__ is not dict:
                copy.lose()
                got = show_json(after)
                expected = "an object after the patch"
                self._broken(side, "state-object", f"_PATCH:{key}", expected, got)
            elif judged and after.keys() != before:
                self._attributes(side, f"_PATCH:{key}", before, after)

    def _attributes(self, side: Side, type_: str, before: object, after: JSON) -> None:
        self._broken(
            side,
            "state-attributes-fixed",
            type_,
            f"the attributes {show_json(sorted(before))}",  # type: ignore[call-overload]
            show_json(sorted(after)),
        )

    def _ask_again(self, key: str) -> None:
        expected = f"_GET:{key} within {self._deadline:g} s, after a patch that can't be applied"
        fault = Fault("state-ask-again", "client", f"_GET:{key}", expected, "none", "suspect")
        self.dues.setdefault(("client", f"_GET:{key}"), Due(self._due(), fault))

    # The client

    def _first(self, side: Side, what: str) -> None:
        """Judge the first frame of a client that was asked who it is."""
        if not self._requested or self.identity or side is not self.client or side.frames > 1:
            return
        if not what.startswith("_USER_SESSION"):  # whose data the schema has judged already
            expected = "_USER_SESSION as the first event, in answer to _REQUEST_USER_SESSION"
            self._broken(side, "session-identify-answer", what, expected, what)
        expected = f"that the server closes within {self._deadline:g} s, for want of an identity"
        fault = Fault("session-identify-refuse", "server", "_USER_SESSION", expected, "it does not")
        fault.weight = "suspect"
        self.dues[("server", "close")] = Due(self._due(), fault)

    def _identify(self, side: Side, _: str, data: JSON) -> None:
        if side.frames == 1:
            self.identity = data["user"][:LONGEST_TYPE], data["session"][:LONGEST_TYPE]

    def _write(self, side: Side, key: str, data: JSON) -> None:
        self._answered(side, key)
        copy = self.copies.get(key)
        if copy is not None:
            copy.merge(data, self._now, side.frames)

    def _edit(self, side: Side, key: str, data: JSON) -> None:
        self._plain(side, key, data)
        copy = self.copies.get(key)
        if copy is None:
            return
        try:
            copy.write(data, self._now, side.frames)
        except Inapplicable as error:
            expected = f"a patch that can be applied to what it was sent, {show_json(copy.root[0])}"
            self._inapplicable(side, "state-set-replaces", copy, expected, error)
        except Unfollowed as error:
            self._lost(f"_PATCH:{key} of the client: {error}")

    # How it is told

    def _inapplicable(
        self, side: Side, requirement: str, copy: DocumentCopy, expected: str, error: Inapplicable
    ) -> None:
        if _unescaped(copy.root[0], error.operation["path"]):
            requirement, expected = "patch-escaping", "a pointer in which / is written ~1"
        self._broken(
            side, requirement, f"_PATCH:{copy.key}", expected, f"one that can not: {error}"
        )

    def _lost(self, what: str) -> None:
        self.unfollowed += 1
        self._note(f"could not follow {what}; edits may have crossed")

    def _broken(
        self, side: Side, requirement: str, about: str, expected: str, received: str
    ) -> None:
        self._tell(Fault(requirement, side.name, about, expected, received))

    def _due(self) -> float:
        return self._now + self._deadline


def _unescaped(document: JSON, path: str) -> bool:
    """Whether a pointer would lead somewhere if the slashes in a member's name were escaped."""
    here, rest = document, path[1:]
    while here.__class__ is dict and rest:
        token, _, behind = rest.partition("/")
        if token not in here:
            return any("/" in name and (rest + "/").startswith(name + "/") for name in here)
        here, rest = here[token], behind
    return False
