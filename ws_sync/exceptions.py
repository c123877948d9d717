"""Every error of the library, in one tree that says whose fault it is.

    WsSyncError
    ├── LocalError               this program did something wrong
    │   ├── NotJSON                  a value that has no JSON form
    │   ├── NoSession                an object made outside of any session
    │   ├── NotConnected             serving without a connection
    │   ├── UnknownAttribute         an attribute that the object does not have
    │   ├── NoState                  a client's document of which no state has come
    │   ├── NoConnection             a client's call while it has no connection
    │   ├── Stopped                  a client's call after the server has sent it away
    │   ├── NotInSync                a client that did not come to agree with its server in time
    │   └── WouldWait                waiting for an event inside of what handles the events
    └── PeerError                the other side did something wrong
        ├── MalformedFrame           a frame that is no event
        ├── RefusedOrigin            a page that may not connect
        └── Refused                  an event that can't be obeyed
            ├── RefusedPatch             a patch, by one of its operations
            ├── RefusedState             a state, by one of its members
            └── RefusedArguments         an action's or a task's arguments

Facts are attributes; the sentence is made when somebody reads it.
"""

from __future__ import annotations

import reprlib

MAX_LOGGED = 300
"""Characters of a peer's input in one line of a log."""


def shorten(text: object) -> str:
    """Return the beginning of a text, in one line: what a peer sent may be anything.

    A line of a log has an end, and nobody but who writes it says where; so a text is cut, and what
    can't be printed (line ends, escape sequences, halves of surrogate pairs) is escaped.
    """
    whole = str(text)
    return escape_control_chars(whole if len(whole) <= MAX_LOGGED else f"{whole[:MAX_LOGGED]}…")


def escape_control_chars(text: str) -> str:
    """Return a text with everything escaped that can't be printed."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


class WsSyncError(Exception):
    """Root of the tree."""


class LocalError(WsSyncError):
    """This program did something wrong."""


class NotJSON(LocalError, ValueError):
    """A value of the application has no JSON form.

    Attributes:
        path: JSON Pointer of the culprit, from the value that was to be encoded.
        value: the culprit itself.
        reason: what is wrong with it.
    """

    def __init__(self, path: str, value: object, reason: str) -> None:
        super().__init__(path, value, reason)
        self.path = path
        self.value = value
        self.reason = reason

    def __str__(self) -> str:
        place = f"at {self.path!r}: " if self.path else ""
        return f"{place}{reprlib.repr(self.value)} has no JSON form: {self.reason}"


class NoSession(LocalError, LookupError):
    """An object was made outside of any session."""

    def __str__(self) -> str:
        return "no session: pass `session=…`, or make the object inside `with session:`"


class NotConnected(LocalError):
    """A session was asked to serve, but nobody gave it a connection."""

    def __str__(self) -> str:
        return "no connection to serve: call new_connection(ws) first, or pass the ws"


class UnknownAttribute(LocalError, AttributeError):
    """An attribute was to be synced that the object does not have."""

    def __init__(self, owner: object, attribute: str) -> None:
        super().__init__(owner, attribute)
        self.owner = owner
        self.attribute = attribute

    def __str__(self) -> str:
        return f"{type(self.owner).__name__} has no attribute {self.attribute!r} to sync"


class NoState(LocalError, LookupError):
    """A client has no state of the document `key`."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"no state of {self.key!r} has come: wait for `synced({self.key!r})` first"


class NoConnection(LocalError, ConnectionError):
    """A client was to send something that it does not keep, and has no connection."""

    def __init__(self, event: str) -> None:
        super().__init__(event)
        self.event = event

    def __str__(self) -> str:
        return f"no connection to send {self.event!r} on; it was not sent"


class Stopped(LocalError, ConnectionError):
    """The server has sent a client away; `text` is what it said."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"the client has stopped: {self.text}"


class NotInSync(LocalError, TimeoutError):
    """A client did not come to agree with its server in time; `reason` says what was missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"not in sync in time: {self.reason}"


class WouldWait(LocalError, RuntimeError):
    """A callback of a client was to wait for an event that is handled after it."""

    def __str__(self) -> str:
        return "a callback can't wait for later events: start a task of asyncio for that"


class PeerError(WsSyncError):
    """The other side did something wrong."""


class MalformedFrame(PeerError):
    """A frame is no event of the protocol."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"malformed frame: {self.reason}"


class RefusedOrigin(PeerError):
    """A page of this origin may not connect."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin)
        self.origin = origin

    def __str__(self) -> str:
        return f"a page of {self.origin!r} may not connect"


class Refused(PeerError):
    """An event is well-formed and can't be obeyed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class RefusedPatch(Refused):
    """A patch can't be applied.

    Attributes:
        index: position of the operation that failed; None when it is the patch as a whole.
        operation: that operation, or the patch.
    """

    def __init__(self, index: int | None, operation: object, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.operation = operation

    def __str__(self) -> str:
        culprit = "the patch" if self.index is None else f"operation {self.index}"
        return f"{culprit} {reprlib.repr(self.operation)}: {self.reason}"


class RefusedState(Refused):
    """A state can't be taken over; `name` is the member at fault, or None for the whole."""

    def __init__(self, name: str | None, reason: str) -> None:
        super().__init__(reason)
        self.name = name

    def __str__(self) -> str:
        return self.reason if self.name is None else f"attribute {self.name!r}: {self.reason}"


class RefusedArguments(Refused):
    """The arguments of the action or task `name` are not what it takes."""

    def __init__(self, name: object, reason: str) -> None:
        super().__init__(reason)
        self.name = name

    def __str__(self) -> str:
        return f"arguments of {self.name!r}: {self.reason}"
