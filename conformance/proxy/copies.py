"""The client's copy of a document, as far as an observer between the two sides can know it.

The observer sees what the client sends before the server has it, and what the server sends before
the client has it. Two events that cross are seen in one order and may be applied in the other
(state-crossing). The copy follows the order that is seen. An attribute that the client has written
is in doubt until the server has certainly handled the write, and a patch that can't be applied is a
fault only if no attribute in doubt explains it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.protocol.wire import JSON
from conformance.proxy.patching import Inapplicable, PatchTooLarge, apply, repeats

HANDLED = 60.0
"""Seconds after which a server has certainly handled a write, which an action may delay."""
ARRIVED = 10.0
"""Seconds after which a client has certainly received what was sent to it."""
ROOT = ""
"""Used like the name of an attribute for all of them."""


class Unfollowed(Exception):
    """A patch can't be applied, and neither side need be at fault; the text says why."""


@dataclass(slots=True)
class Write:
    """The client's last write to an attribute: its time and its frame number."""

    at: float
    number: int


@dataclass(slots=True)
class DocumentCopy:
    """The client's copy of one document on one connection.

    Attributes:
        root: A list with the document, or with None while it is unknown.
        attributes: The names that the first state had.
        followed: Whether the document is known; otherwise the next `_SET` restores it.
        by: The side that made it.
    """

    key: str
    root: list[JSON] = field(default_factory=lambda: [None])
    attributes: frozenset[str] = frozenset()
    followed: bool = False
    changes: int = 0
    changed_at: float = 0.0
    by: str = "server"
    _written: dict[str, Write] = field(default_factory=dict)
    _crossed: set[str] = field(default_factory=set)
    _sent: dict[str, float] = field(default_factory=dict)

    def replace(self, state: JSON, at: float, handled: int) -> None:
        """Apply a `_SET` of the server, which has handled the client's frames up to `handled`."""
        self._settle(at, handled)
        # The server applies a write on the way after this state, the client applied it before.
        self._crossed = set(self._written)
        # Before the first state of a connection a client had nothing to patch.
        self._sent = {ROOT: at} if self.changes else {}
        self.root[0], self.followed = state, True
        self._changed("server", at)

    def patch(self, operations: list[JSON], at: float, handled: int) -> None:
        """Apply a patch of the server, which has handled the client's frames up to `handled`.

        Raises:
            Inapplicable: It can't be applied, and no write on the way explains that.
            Unfollowed: It can't be applied, and such a write may explain that.
        """
        if not self.followed:
            return
        if self._written:
            self._settle(at, handled)
        touched = {name for one in operations for name in attributes_of(one)}
        if self._written:
            written = self._written.keys()
            self._crossed |= written if {ROOT} & (touched | written) else touched & written
        confirms = bool(self._written) and repeats(self.root, operations)
        self._apply(operations, lambda: self._crossed | self._written.keys())
        for name in touched:
            self._sent[name] = at
        if not confirms:  # the client made the change
            self._changed("server", at)

    def write(self, operations: list[JSON], at: float, number: int) -> None:
        """Apply a patch of the client, its frame `number`.

        Raises:
            Inapplicable: It can't be applied to what the client was sent.
            Unfollowed: It can't be applied, but the client may have made it before the last changes
                arrived.
        """
        if not self.followed:
            return

        def doubtful() -> set[str]:
            return self._crossed | {n for n, when in self._sent.items() if at - when < ARRIVED}

        self._apply(operations, doubtful)
        self._wrote({name for one in operations for name in attributes_of(one)}, at, number)

    def merge(self, members: dict[str, JSON], at: float, number: int) -> None:
        """Apply a `_SET` of the client, its frame `number`, which assigns some attributes."""
        if not self.followed or self.root[0].__class__ is not dict:
            return
        self.root[0].update(members)
        self._wrote(set(members), at, number)

    def lose(self) -> None:
        """Stop following: an event about the document can't be read or applied."""
        self.followed = False

    def refuse(self, at: float, number: int) -> None:
        """Stop following: the client has sent an invalid write, and the server answers it."""
        self.followed = False
        self._written[ROOT] = Write(at, number)

    def writes_on_the_way(self, at: float, handled: int) -> bool:
        """Return whether the client has written something that may not be handled yet."""
        if self._written:
            self._settle(at, handled)
        return bool(self._written)

    def _apply(self, operations: list[JSON], in_doubt: Callable[[], set[str]]) -> None:
        try:
            apply(self.root, operations)
        except Inapplicable as error:
            self.followed = False
            doubtful, touched = in_doubt(), attributes_of(error.operation)
            if doubtful and (ROOT in touched or not doubtful.isdisjoint((ROOT, *touched))):
                raise Unfollowed(str(error)) from error
            raise
        except PatchTooLarge as error:
            self.followed = False
            raise Unfollowed("its copies are too large") from error

    def _wrote(self, touched: set[str], at: float, number: int) -> None:
        write = Write(at, number)
        for name in touched:
            self._written[name] = write
        self._changed("client", at)

    def _changed(self, by: str, at: float) -> None:
        self.changes += 1
        self.changed_at, self.by = at, by

    def _settle(self, at: float, handled: int) -> None:
        """Forget the writes that the server had handled before it sent what is seen now."""
        self._written = {
            name: write
            for name, write in self._written.items()
            if write.number > handled and at - write.at < HANDLED
        }


def attributes_of(operation: JSON) -> tuple[str, ...]:
    """Return the attributes that an operation reads or changes, `ROOT` for the whole document."""
    path = _attribute(operation["path"])
    source = operation.get("from")
    if source.__class__ is str:
        return path, _attribute(source)
    return (path,)


def _attribute(pointer: str) -> str:
    if not pointer:
        return ROOT
    token = pointer.split("/", 2)[1]
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token
