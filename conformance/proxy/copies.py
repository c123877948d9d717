"""The client's copy of a document, as far as one can know it between the two sides.

What passes from the client is seen before the server has it, and what passes from the server before
the client has it. So two of them that meet on the way are seen in one order, and may be applied in
another (state-crossing). The copy is kept in the order that is seen, and a fault is told only where
no other order explains it: an attribute that the client has written is in doubt until it is
certain that the server had the write before it sent what comes next.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.protocol.wire import JSON
from conformance.proxy.patching import Inapplicable, TooMuch, apply

HANDLED = 60.0
"""Seconds after which a server has surely handled a write; an action may hold it up before."""
ARRIVED = 10.0
"""Seconds after which a client has surely got what was sent to it."""
ROOT = ""
"""In the place of an attribute's name: all of them; so one of this name puts all in doubt."""


class Unfollowed(Exception):
    """A patch can't be applied, and that may be nobody's fault; the text says why."""


@dataclass(slots=True)
class Write:
    """The last write of the client to an attribute: when, and as which of its frames."""

    at: float
    number: int


@dataclass(slots=True)
class DocumentCopy:
    """What a client holds of one document on one connection.

    Attributes:
        key: The document's key.
        root: The document, in a list; None in it while it is not known.
        attributes: The names that the first state had.
        followed: Whether it is known; if not, the next `_SET` tells.
        changes: How often it has changed.
        changed_at: When it did so last.
        by: Who changed it last.
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
        """The server sends the state; it has handled the client's frames up to a number."""
        self._settle(at, handled)
        # A write on the way is applied behind this state by the server, and before by the client.
        self._crossed = set(self._written)
        # Before the first state of a connection a client had nothing that it could have patched.
        self._sent = {ROOT: at} if self.changes else {}
        self.root[0], self.followed = state, True
        self._changed("server", at)

    def patch(self, operations: list[JSON], at: float, handled: int) -> None:
        """The server sends a patch.

        Raises:
            Inapplicable: It can't be applied, and no write on the way is the reason.
            Unfollowed: It can't be applied, and such a write may be the reason.
        """
        if not self.followed:
            return
        if self._written:
            self._settle(at, handled)
        touched = {name for one in operations for name in places(one)}
        if self._written:
            written = self._written.keys()
            self._crossed |= written if {ROOT} & (touched | written) else touched & written
        try:
            apply(self.root, operations)
        except Inapplicable as error:
            self.followed = False
            if self._doubtful(places(error.operation), self._crossed | self._written.keys()):
                raise Unfollowed(str(error)) from error
            raise
        except TooMuch as error:
            self.followed = False
            raise Unfollowed("it copies more than is kept here") from error
        for name in touched:
            self._sent[name] = at
        self._changed("server", at)

    def write(self, operations: list[JSON], at: float, number: int) -> None:
        """The client has made a patch of its own.

        Raises:
            Inapplicable: It can't be applied to what the client was sent.
            Unfollowed: It can't be applied to what the client is being sent, but may have been made
                before that arrived.
        """
        if not self.followed:
            return
        touched = {name for one in operations for name in places(one)}
        try:
            apply(self.root, operations)
        except Inapplicable as error:
            recent = {name for name, when in self._sent.items() if at - when < ARRIVED}
            doubtful = self._doubtful(places(error.operation), recent | self._crossed)
            self.followed = False
            if doubtful:
                raise Unfollowed(str(error)) from error
            raise
        except TooMuch as error:
            self.followed = False
            raise Unfollowed("it copies more than is kept here") from error
        self._note(touched, at, number)

    def merge(self, members: dict[str, JSON], at: float, number: int) -> None:
        """The client has given some attributes other values."""
        if not self.followed or self.root[0].__class__ is not dict:
            return
        self.root[0].update(members)
        self._note(set(members), at, number)

    def lose(self) -> None:
        """Something was sent about it that can't be read or applied."""
        self.followed = False

    def refuse(self, at: float, number: int) -> None:
        """The client has sent a write that is none; the server will answer with the state."""
        self.followed = False
        self._written[ROOT] = Write(at, number)

    def writes_on_the_way(self, at: float, handled: int) -> bool:
        """Whether the client has written what the server may not have handled yet."""
        if self._written:
            self._settle(at, handled)
        return bool(self._written)

    def _note(self, touched: set[str], at: float, number: int) -> None:
        write = Write(at, number)
        for name in touched:
            self._written[name] = write
        self._changed("client", at)

    def _changed(self, by: str, at: float) -> None:
        self.changes += 1
        self.changed_at, self.by = at, by

    def _settle(self, at: float, handled: int) -> None:
        """Forget the writes that the server has had before it sent what is seen now."""
        self._written = {
            name: write
            for name, write in self._written.items()
            if write.number > handled and at - write.at < HANDLED
        }

    @staticmethod
    def _doubtful(places_: tuple[str, ...], doubtful: set[str]) -> bool:
        return bool(doubtful) and (
            ROOT in doubtful or ROOT in places_ or not doubtful.isdisjoint(places_)
        )


def places(operation: JSON) -> tuple[str, ...]:
    """The attributes that an operation reads or changes, `ROOT` for the whole document."""
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
