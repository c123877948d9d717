"""What a run knows of the application that a server serves, be it a testee or any other.

The kit may read what an application announces. It writes to it, and calls what it offers, only as
far as its user has said so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from conformance.protocol.wire import JSON, compact

Place = tuple[str, str]
"""An attribute of a document: its key, its name."""


class BadCall(Exception):
    """A call that can't be read; the text says how one is written."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an action that the user has named.

    Attributes:
        key: The document that has the action.
        data: The data of `_ACTION:KEY`: the action's name as `type`, and its arguments.
    """

    key: str
    data: dict[str, JSON]

    def __str__(self) -> str:
        return f"{self.key}={compact(self.data)}"


BURST = Call("TESTEE", {"type": "burst", "count": 3})
"""What changes a testee."""


@dataclass(slots=True)
class Application:
    """What is served, and what the run has learnt of it so far.

    Attributes:
        announced: The keys of the documents that the probe was sent, in their order.
        fence: That of the document that the probe has asked for, with success.
        gone: Those of them that did not come on a later connection.
        allow_writes: Whether the user lets the kit write to the documents.
        calls: The calls that the user lets the kit make.
        listen: Seconds to wait for a change that the application makes by itself.
        written: Attributes that the kit has written to.
        restless: Attributes that were seen to change without the kit's doing.
        quiet: Those of them that changed without a patch.
        shared: Whether connections to one URL share a session, once that has been seen.
        tried: How many of the calls were made once, to see what they change.
        idle: Those of them that changed nothing.
        left: What the kit could not put back, a sentence each.
    """

    announced: tuple[str, ...] = ()
    fence: str = ""
    gone: set[str] = field(default_factory=set)
    allow_writes: bool = False
    calls: tuple[Call, ...] = ()
    listen: float = 3.0
    written: set[Place] = field(default_factory=set)
    restless: set[Place] = field(default_factory=set)
    quiet: set[Place] = field(default_factory=set)
    shared: bool | None = None
    tried: int = 0
    idle: list[Call] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def read_call(text: str) -> Call:
    """The call in `KEY={"type": NAME, …}`.

    Raises:
        BadCall: It is written otherwise.
    """
    key, brace, rest = text.partition("={")
    try:
        data = json.loads("{" + rest) if brace else None
    except ValueError:
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise BadCall('write KEY={"type":"NAME",…}, as in the event _ACTION:KEY')
    return Call(key, data)
