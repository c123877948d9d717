"""The two sides of a connection: what each has sent, what it owes, and its faults."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Sender = Literal["server", "client"]
Weight = Literal["broken", "suspect"]

FRAMES = "broken-frames"
"""Used like a requirement id for what RFC 6455 requires of frames."""


@dataclass(slots=True)
class Fault:
    """A violation by one side.

    Attributes:
        about: The event's type, or another name for what the fault is about.
        weight: `broken`, or `suspect` if something is late or may have another explanation.
    """

    requirement: str
    side: Sender
    about: str
    expected: str
    received: str
    weight: Weight = "broken"


@dataclass(slots=True)
class Due:
    """Something that one side owes."""

    at: float
    fault: Fault


@dataclass(slots=True)
class Side:
    """What one side has sent on the connection.

    Attributes:
        frames: The number of messages.
        events: The number of events among them, without `_REQUEST_USER_SESSION`.
        announced: `yes` after a `_BIN_META` whose bytes have not come, `reported` after the
            fault.
        asked: The unanswered `_GET`s by key: the frame numbers of each.
        extensions: The names in its `_HELLO`, or None before one.
        used: The keys of its events.
        disconnected: Whether it has sent `_DISCONNECT`.
        closed: Whether it has sent a close frame.
    """

    name: Sender
    frames: int = 0
    events: int = 0
    announced: Literal["no", "yes", "reported"] = "no"
    asked: dict[str, deque[int]] = field(default_factory=dict)
    extensions: list[str] | None = None
    used: set[str] = field(default_factory=set)
    disconnected: bool = False
    closed: bool = False


class Reporter:
    """Reports the faults on one connection, and what has not happened in time.

    Args:
        on_fault: Called with each fault.
        on_note: Called with a sentence about what could not be judged.
        deadline: Seconds within which a side must do what it owes.

    Attributes:
        now: The time of the message that is judged.
        within: The deadline in words.
        dues: What the sides owe, by side and name.
        note: `on_note`.
    """

    def __init__(
        self, on_fault: Callable[[Fault], None], on_note: Callable[[str], None], deadline: float
    ) -> None:
        self.now = 0.0
        self.within = f"within {deadline:g} s"
        self.dues: dict[tuple[str, str], Due] = {}
        self.note = on_note
        self._on_fault = on_fault
        self._deadline = deadline

    def fault(self, side: Side, requirement: str, about: str, expected: str, received: str) -> None:
        """Report a fault of a side."""
        self._on_fault(Fault(requirement, side.name, about, expected, received))

    def owe(
        self,
        side: Side,
        what: str,
        requirement: str,
        about: str,
        expected: str,
        *,
        restart: bool = False,
    ) -> None:
        """Expect something of a side in time; with `restart`, also if it is expected already."""
        if restart or (side.name, what) not in self.dues:
            fault = Fault(requirement, side.name, about, expected, "none", "suspect")
            self.dues[side.name, what] = Due(self.now + self._deadline, fault)

    def settle(self, side: Side, what: str, *, more: bool = False) -> None:
        """Expect something no longer, or once more if more of it is owed."""
        due = self.dues.pop((side.name, what), None)
        if due and more:
            self.dues[side.name, what] = Due(self.now + self._deadline, due.fault)

    def overdue(self, now: float) -> None:
        """Report what has not happened in time."""
        for name in [name for name, due in self.dues.items() if due.at <= now]:
            self._on_fault(self.dues.pop(name).fault)
