"""Follows the documents of one connection, and judges the events about them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from conformance.protocol.display import show_json
from conformance.protocol.wire import JSON
from conformance.proxy.copies import DocumentCopy, Unfollowed
from conformance.proxy.patching import Inapplicable, is_unescaped
from conformance.proxy.sides import Reporter, Side

MOST_KEYS = 10_000
"""The most documents that are followed on a connection, and keys that are remembered."""
PLAIN = frozenset({"add", "remove", "replace"})
"""The operations of patch-plain-operations."""


class Documents:
    """The client's copies of the documents on one connection.

    Attributes:
        unfollowed: The number of patches that could not be followed, without a fault.
    """

    def __init__(self, reporter: Reporter, server: Side, client: Side) -> None:
        self.copies: dict[str, DocumentCopy] = {}
        self.unfollowed = 0
        self._reporter = reporter
        self._server = server
        self._client = client
        self._handled = 0  # the number of the last frame that the server has certainly handled
        self._sends_unasked: set[str] = set()

    def get(self, side: Side, key: str, _: JSON) -> None:
        """Judge a `_GET`."""
        other = self._other(side)
        if key in side.asked or len(side.asked) < MOST_KEYS:
            side.asked.setdefault(key, deque(maxlen=100)).append(side.frames)
        self._reporter.settle(side, f"_GET:{key}")
        known = key in self.copies if side is self._client else key in self._client.used
        if known and not self._server.disconnected and not other.closed:
            expected = f"_SET:{key} in answer to _GET:{key} {self._reporter.within}"
            self._reporter.owe(other, f"_SET:{key}", "state-get", f"_GET:{key}", expected)

    def _answered(self, side: Side, key: str) -> int | None:
        """Take a `_SET` as the answer to the oldest `_GET`; return the frame number of that."""
        waiting = self._other(side).asked.get(key)
        if not waiting:
            return None
        number = waiting.popleft()
        self._reporter.settle(side, f"_SET:{key}", more=bool(waiting))
        return number

    def _plain(self, side: Side, key: str, operations: list[JSON]) -> None:
        for one in operations:
            if one["op"] not in PLAIN:
                expected = "only add, remove and replace"
                self._reporter.fault(
                    side, "patch-plain-operations", f"_PATCH:{key}", expected, one["op"]
                )

    def server_set(self, side: Side, key: str, data: JSON) -> None:
        """Judge and apply a `_SET` of the server."""
        copy = self.copies.get(key)
        asked = self._answered(side, key)
        if copy is None:
            if len(self.copies) == MOST_KEYS:
                return
            copy = self.copies[key] = DocumentCopy(key, attributes=frozenset(data))
        elif not copy.writes_on_the_way(self._reporter.now, self._handled):
            if asked is None:
                self._sends_unasked.add(key)
            elif key not in self._sends_unasked:
                # Only the _GET can have led to this state: all frames before it are handled.
                self._handled = max(self._handled, asked)
        if data.keys() != copy.attributes:
            self._attributes(side, f"_SET:{key}", copy.attributes, data)
        copy.replace(data, self._reporter.now, self._handled)

    def server_patch(self, side: Side, key: str, data: JSON) -> None:
        """Judge and apply a patch of the server."""
        self._plain(side, key, data)
        copy = self.copies.get(key)
        if copy is None and len(self.copies) == MOST_KEYS:
            return
        if copy is None:
            expected, got = f"_SET:{key} first on this connection", "a patch without it"
            self._reporter.fault(
                side, "connection-state-before-patch", f"_PATCH:{key}", expected, got
            )
            return
        shallow = any(one["op"] != "replace" and one["path"].count("/") < 2 for one in data)
        whole = any(one["path"] == "" or one.get("from") == "" for one in data)
        judged = copy.followed and (shallow or whole) and copy.root[0].__class__ is dict
        before = set(copy.root[0]) if judged else set()
        try:
            copy.patch(data, self._reporter.now, self._handled)
        except Inapplicable as error:
            expected = f"a patch that can be applied to {show_json(copy.root[0])}"
            self._inapplicable(side, "patch-applicable", copy, expected, error)
            about = f"_GET:{key}"
            expected = f"{about} {self._reporter.within}, after a patch that can't be applied"
            self._reporter.owe(self._client, about, "state-ask-again", about, expected)
        except Unfollowed as error:
            self._unfollowed(f"_PATCH:{key} of the server: {error}")
        else:
            if judged:
                self._patched(side, copy, before)

    def _patched(self, side: Side, copy: DocumentCopy, before: set[str]) -> None:
        after, type_ = copy.root[0], f"_PATCH:{copy.key}"
        if after.__class__ is not dict:
            copy.lose()
            expected = "an object after the patch"
            self._reporter.fault(side, "state-object", type_, expected, show_json(after))
        elif after.keys() != before:
            self._attributes(side, type_, before, after)

    def _attributes(self, side: Side, type_: str, before: Iterable[str], after: JSON) -> None:
        expected = f"the attributes {show_json(sorted(before))}"
        got = show_json(sorted(after))
        self._reporter.fault(side, "state-attributes-fixed", type_, expected, got)

    def client_set(self, side: Side, key: str, data: JSON) -> None:
        """Apply a `_SET` of the client."""
        self._answered(side, key)
        copy = self.copies.get(key)
        if copy is not None:
            copy.merge(data, self._reporter.now, side.frames)

    def client_patch(self, side: Side, key: str, data: JSON) -> None:
        """Judge and apply a patch of the client."""
        self._plain(side, key, data)
        copy = self.copies.get(key)
        if copy is None:
            return
        try:
            copy.write(data, self._reporter.now, side.frames)
        except Inapplicable as error:
            state = show_json(copy.root[0])
            expected = f"a patch that can be applied to the state that it was sent, {state}"
            self._inapplicable(side, "state-set-replaces", copy, expected, error)
        except Unfollowed as error:
            self._unfollowed(f"_PATCH:{key} of the client: {error}")

    def lose(self, side: Side, key: str) -> None:
        """Stop following a document after an invalid event about it."""
        copy = self.copies.get(key)
        if copy is None:
            return
        if side is self._client:
            copy.refuse(self._reporter.now, side.frames)
        else:
            copy.lose()

    def lose_all(self) -> None:
        """Stop following all documents."""
        for copy in self.copies.values():
            copy.lose()

    def _other(self, side: Side) -> Side:
        return self._server if side is self._client else self._client

    def _inapplicable(
        self, side: Side, requirement: str, copy: DocumentCopy, expected: str, error: Inapplicable
    ) -> None:
        if is_unescaped(copy.root[0], error.operation["path"]):
            requirement, expected = "patch-escaping", "a pointer in which / is written ~1"
        got = f"one that can't be applied: {error}"
        self._reporter.fault(side, requirement, f"_PATCH:{copy.key}", expected, got)

    def _unfollowed(self, what: str) -> None:
        self.unfollowed += 1
        self._reporter.note(f"could not follow {what}; edits may have crossed")
