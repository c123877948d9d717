"""What a run knows of the application that a server serves, a testee or any other.

The kit may read all that an application announces. It writes documents and calls actions only as
far as the user allows it on the command line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from conformance.protocol.contract import TESTEE
from conformance.protocol.wire import JSON, compact

Place = tuple[str, str]
"""An attribute of a document: the document's key, and the attribute's name."""


class BadCall(Exception):
    """A `--call` that can't be parsed; the text shows the right form."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an action that the user has given.

    Attributes:
        key: The document that has the action.
        data: The data of `_ACTION:KEY`: the action's name as `type`, and its arguments.
    """

    key: str
    data: dict[str, JSON]

    def __str__(self) -> str:
        return f"{self.key}={compact(self.data)}"


BURST = Call(TESTEE, {"type": "burst", "count": 3})
"""A call that changes a testee."""


@dataclass(slots=True)
class Application:
    """The application, and what the run has learnt of it so far.

    Attributes:
        announced: The keys of the documents that the probe received, in order.
        fence: The key of the document that answered the probe's `_GET`.
        gone: The announced keys that did not arrive on a later connection.
        listen: Seconds to wait for a change that the application makes by itself.
        written: The attributes that the kit has written.
        restless: The attributes that changed without any act of the kit.
        quiet: Those of them that changed without a patch.
        shared: Whether connections to one URL share a session; None while it is not known.
        tried: The number of calls that were made once to see what they change.
        idle: The calls that changed nothing.
        left: What the kit could not restore, one sentence each.
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
    """Parse the call in `KEY={"type": NAME, …}`.

    Raises:
        BadCall: The text has another form.
    """
    key, brace, rest = text.partition("={")
    try:
        data = json.loads("{" + rest) if brace else None
    except ValueError:
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise BadCall('write KEY={"type":"NAME",…}, as in the event _ACTION:KEY')
    return Call(key, data)
