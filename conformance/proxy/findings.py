"""The findings: each fault once, with the number of times it was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from conformance.driver.trace import Entry
from conformance.protocol.display import escape_control_chars
from conformance.proxy.sides import FRAMES, Fault, Sender
from conformance.spec import Requirement, requirements

MOST_CONNECTIONS = 100
"""The most connections that a finding names."""

MOST_WITH_KEYS = 200
"""The number of findings up to which the same fault about two keys is two findings."""

LONGEST = 4000
"""The longest `expected` and `received`, in characters: they may contain a peer's names."""

Level = Literal["must", "should", "suspect"]

_FRAMES = Requirement(
    id=FRAMES,
    side="both",
    level="MUST",
    sentence="A side MUST send valid frames (RFC 6455), and none after its close frame.",
    page="transport.md",
    not_observable=None,
)


def requirement_of(fault: Fault) -> Requirement:
    """Return the requirement that a fault breaks."""
    return _FRAMES if fault.requirement == FRAMES else requirements()[fault.requirement]


@dataclass(slots=True)
class Finding:
    """A fault, and where it was seen.

    Attributes:
        connection: The label of the connection on which it was seen first.
        frame: The frame for people, or an empty string if nothing arrived.
        last: The last entries of the connection, with its own.
        connections: The labels of the connections on which it was seen, up to a limit.
    """

    number: int
    requirement: Requirement
    fault: Fault
    connection: str
    at: float
    frame: str = ""
    last: Sequence[Entry] = ()
    count: int = 1
    last_at: float = 0.0
    connections: dict[str, None] = field(default_factory=dict)

    @property
    def side(self) -> Sender:
        """The side at fault."""
        return self.fault.side

    @property
    def level(self) -> Level:
        """`must` or `should` by the requirement, `suspect` if there may be another explanation."""
        if self.fault.weight == "suspect":
            return "suspect"
        return "must" if self.requirement.binding else "should"

    def as_json(self) -> dict[str, object]:
        """Return the finding for the page."""
        return {
            "number": self.number,
            "requirement": self.requirement.id,
            "sentence": self.requirement.sentence,
            "keyword": self.requirement.level,
            "place": self.requirement.place,
            "level": self.level,
            "side": self.side,
            "about": self.fault.about,
            "expected": self.fault.expected,
            "received": self.fault.received,
            "connection": self.connection,
            "connections": list(self.connections),
            "frame": self.frame,
            "last": [escape_control_chars(entry.line()) for entry in self.last],
            "at": self.at,
            "lastAt": self.last_at,
            "count": self.count,
        }


class Findings:
    """All findings, in the order in which they were first seen."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], Finding] = {}

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def take(self, fault: Fault, connection: str, at: float) -> Finding:
        """Add a fault to its finding, and return that.

        If its count is 1, the finding is new: set its frame and its last entries.
        """
        keyed = len(self._found) < MOST_WITH_KEYS
        about = fault.about if keyed else fault.about.partition(":")[0]
        identity = (fault.requirement, fault.side, fault.weight, about)
        found = self._found.get(identity)
        if found is None:
            fault.expected, fault.received = _short(fault.expected), _short(fault.received)
            found = self._found[identity] = Finding(
                len(self._found) + 1, requirement_of(fault), fault, connection, at
            )
        else:
            found.count += 1
        found.last_at = at
        if len(found.connections) < MOST_CONNECTIONS:
            found.connections[connection] = None
        return found

    def of(self, side: Sender, level: Level | None = None) -> list[Finding]:
        """Return the findings about a side, of one level if it is given."""
        return [
            found
            for found in self._found.values()
            if found.side == side and level in (None, found.level)
        ]


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} …{len(text) - 2 * half} characters… {text[-half:]}"
