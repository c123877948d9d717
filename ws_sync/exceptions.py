"""The errors of the library, in one tree. It separates local errors from errors of the peer.

    WsSyncError
    ├── LocalError               an error of this program
    │   ├── NotJSON                  a value has no JSON form
    │   ├── UnrecordedChange         a tracked container was changed past its own methods
    │   ├── NoSession                an object was created outside of any session
    │   ├── NotConnected             a session can't serve without a connection
    │   ├── UnknownAttribute         the object does not have this attribute
    │   ├── ExcludedAttribute        an attribute is both included and excluded
    │   ├── NoState                  a client has not received this document
    │   ├── NoConnection             a client is not connected
    │   ├── Stopped                  the server has told the client to stop
    │   ├── NotInSync                a client was not in sync in time
    │   └── WouldWait                a callback waits for a later event
    └── PeerError                an error of the other side
        ├── MalformedFrame           a frame is not an event
        ├── RefusedOrigin            a page of this origin may not connect
        └── Refused                  an event can't be applied
            ├── RefusedPatch             … because of the patch or an operation
            ├── RefusedState             … because of the state or an attribute
            └── RefusedArguments         … because of its arguments

The facts are attributes. The message is formatted by `str()`.
"""

from __future__ import annotations

import reprlib

MAX_LOGGED = 300
"""Characters of a peer's input in one log line."""
SHOWN_OPERATIONS = 3
"""Operations of a refused patch in its message."""
SHOWN_CHARACTERS = 60
"""Characters of each of their pointers."""


def shorten(text: object) -> str:
    """Return the start of a text as one printable line.

    A peer's input can be anything. So the text is cut at `MAX_LOGGED` characters, and line ends,
    escape sequences, lone surrogates and other unprintable characters are escaped.
    """
    whole = str(text)
    return escape_control_chars(whole if len(whole) <= MAX_LOGGED else f"{whole[:MAX_LOGGED]}…")


def escape_control_chars(text: str) -> str:
    """Return a text with all unprintable characters escaped."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


class WsSyncError(Exception):
    """Base class of all errors of this library."""


class LocalError(WsSyncError):
    """An error of this program."""


class NotJSON(LocalError, ValueError):
    """A value of the application has no JSON form.

    Attributes:
        path: JSON Pointer of the part without a JSON form.
        value: that part.
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


class UnrecordedChange(LocalError):
    """A tracked container was changed past its own methods; the next sync sends the whole value.

    Attributes:
        path: JSON Pointer of the container.
        size: number of its members.
        recorded: number of members according to its recorded changes.
    """

    def __init__(self, path: str, size: int, recorded: int) -> None:
        super().__init__(path, size, recorded)
        self.path = path
        self.size = size
        self.recorded = recorded

    def __str__(self) -> str:
        return (
            f"the container at {self.path!r} has {self.size} members, but {self.recorded} according"
            " to its recorded changes: change it by its own methods, and not by functions that"
            " write into a list or a dict directly, such as list.append(rows, …), heapq or bisect"
        )


class NoSession(LocalError, LookupError):
    """An object was created outside of any session."""

    def __str__(self) -> str:
        return "no session: pass `session=…`, or create the object inside `with session:`"


class NotConnected(LocalError, AssertionError):
    """A session can't serve because it has no connection; older versions asserted one."""

    def __str__(self) -> str:
        return "no connection to serve: call new_connection(ws) first, or pass the WebSocket"


class UnknownAttribute(LocalError, AttributeError, AssertionError):
    """The object does not have an attribute that is to be synced, or to be left out."""

    def __init__(self, owner: object, attribute: str) -> None:
        super().__init__(owner, attribute)
        self.owner = owner
        self.attribute = attribute

    def __str__(self) -> str:
        return f"{type(self.owner).__name__} has no attribute {self.attribute!r} to sync"


class ExcludedAttribute(LocalError, ValueError, AssertionError):
    """An attribute is both included and excluded."""

    def __init__(self, owner: object, attribute: str) -> None:
        super().__init__(owner, attribute)
        self.owner = owner
        self.attribute = attribute

    def __str__(self) -> str:
        return (
            f"the attribute {self.attribute!r} of {type(self.owner).__name__} is in `include` and"
            " in `exclude`: remove it from one of them"
        )


class NoState(LocalError, LookupError):
    """A client has not received the document `key` yet."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"no state received for {self.key!r}: await `synced({self.key!r})` first"


class NoConnection(LocalError, ConnectionError):
    """A client has no connection to send an event on, and does not send it later."""

    def __init__(self, event: str) -> None:
        super().__init__(event)
        self.event = event

    def __str__(self) -> str:
        return f"{self.event!r} was not sent: the client is not connected"


class Stopped(LocalError, ConnectionError):
    """The server has told the client to stop; `text` is its message."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"the client has stopped: {self.text}"


class NotInSync(LocalError, TimeoutError):
    """A client was not in sync with its server in time; `reason` says what was missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"not in sync in time: {self.reason}"


class WouldWait(LocalError, RuntimeError):
    """A callback of a client can't wait for an event that is handled after it."""

    def __str__(self) -> str:
        return "a callback can't wait for later events: use `asyncio.create_task()`"


class PeerError(WsSyncError):
    """An error of the other side."""


class MalformedFrame(PeerError):
    """A frame is not an event of the protocol."""

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
        return f"connection refused: the origin {self.origin!r} is not allowed"


class Refused(PeerError):
    """An event is well-formed, but can't be applied."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def _without_values(operation: object) -> str:
    """Describe an operation or a patch for a log; its values may be secret."""
    if isinstance(operation, list):
        shown = [_without_values(each) for each in operation[:SHOWN_OPERATIONS]]
        return ", ".join(shown + ["…"] * (len(operation) > SHOWN_OPERATIONS))
    if not isinstance(operation, dict):
        return f"a value of type {type(operation).__name__}"
    words = [operation[name] for name in ("op", "from", "path") if name in operation]
    return " ".join(w[:SHOWN_CHARACTERS] if isinstance(w, str) else "?" for w in words) or "empty"


class RefusedPatch(Refused):
    """A patch can't be applied.

    Attributes:
        index: index of the failed operation; None if the patch as a whole is refused.
        operation: that operation, or the patch.
    """

    def __init__(self, index: int | None, operation: object, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.operation = operation

    def __str__(self) -> str:
        culprit = "the patch" if self.index is None else f"operation {self.index}"
        return f"{culprit} ({_without_values(self.operation)}): {self.reason}"


class RefusedState(Refused):
    """A state can't be applied; `name` is the attribute at fault, or None for the whole state."""

    def __init__(self, name: str | None, reason: str) -> None:
        super().__init__(reason)
        self.name = name

    def __str__(self) -> str:
        return self.reason if self.name is None else f"attribute {self.name!r}: {self.reason}"


class RefusedArguments(Refused, ValueError):
    """The arguments do not fit the action or task `name`."""

    def __init__(self, name: object, reason: str) -> None:
        super().__init__(reason)
        self.name = name

    def __str__(self) -> str:
        call = "a call" if self.name is None else f"the arguments of {self.name!r}"
        return f"{call}: {self.reason}"
