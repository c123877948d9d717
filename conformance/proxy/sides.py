"""What is said of the two sides of a connection: who has done what, and what is due from whom."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Sender = Literal["server", "client"]
Weight = Literal["broken", "suspect"]

REQUIREMENT_BY_NAME = {
    "_SET": {"server": "state-object"},
    "_PATCH": {"server": "patch-shape", "client": "patch-shape"},
    "_ACTION": {"server": "actions-shape", "client": "actions-shape"},
    "_BIN_META": {"server": "binary-malformed", "client": "binary-malformed"},
    "_TOAST": {"server": "notices-toast"},
    "_DOWNLOAD": {"server": "notices-download"},
    "_DISCONNECT": {"server": "session-disconnect-text"},
    "_USER_SESSION": {"client": "session-identify-answer"},
}
"""Which requirement a side breaks when the schema refuses its event; else events-envelope."""

FRAMES = "broken-frames"
"""In the place of a requirement: what RFC 6455 says of frames."""


@dataclass(slots=True)
class Fault:
    """Something that one side did.

    Attributes:
        requirement: The id of what it breaks.
        side: Who breaks it.
        about: The type of the event, or what else it is about.
        expected: What it had to do.
        received: What it did.
        weight: `broken`; or `suspect`, where something has not come in time, or where another
            reason is possible.
    """

    requirement: str
    side: Sender
    about: str
    expected: str
    received: str
    weight: Weight = "broken"


@dataclass(slots=True)
class Due:
    """Something that one side has to do before a time.

    Attributes:
        at: The time.
        fault: What is said if it does not.
    """

    at: float
    fault: Fault


@dataclass(slots=True)
class Side:
    """What one side has sent on the connection.

    Attributes:
        frames: How many messages.
        events: How many of them were events, `_REQUEST_USER_SESSION` left out.
        announced: Whether its `_BIN_META` waits for bytes: since it was sent, or since it was told
            that something else came.
        asked: The `_GET`s that were not answered yet, by key: which of its frames each was.
        extensions: The names in its `_HELLO`, or None before one.
        used: The keys of its events.
        closed: Whether it has sent a close frame.
    """

    name: Sender
    frames: int = 0
    events: int = 0
    announced: Literal["no", "yes", "told"] = "no"
    asked: dict[str, deque[int]] = field(default_factory=dict)
    extensions: list[str] | None = None
    used: set[str] = field(default_factory=set)
    closed: bool = False
