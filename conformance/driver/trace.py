"""The dialogue of a case: every frame on its connections, with times, as facts and as text."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

from conformance.protocol.contract import SECOND, TESTEE
from conformance.protocol.display import show_payload
from conformance.protocol.wire import Event

Direction = Literal["sent", "received", "noted"]
Change = Literal["opened", "closed"]

ARROWS: dict[Direction, str] = {"sent": "->", "received": "<-", "noted": "--"}
SERVER_FENCES = frozenset(Event(f"_GET:{key}", {}).text() for key in (TESTEE, SECOND))
CLIENT_FENCE = '{"type":"_ACTION:TESTEE","data":{"type":"call","name":"fence-'
"""The beginning of a fence for a client."""
WHOLE = 1 << 16
"""The longest payload that is kept whole; of a longer one the middle is left out."""
SHOWN_ENTRIES = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One frame, or a note about a connection.

    Attributes:
        at: Seconds since the case began.
        connection: The connection's label: A, B, …
        direction: Sent or received by the kit, or noted.
        payload: The frame, or the note's text.
        left_out: The characters or bytes that are missing in the middle of the payload.
        change: For a note: whether the connection was opened, or closed by a close frame.
    """

    at: float
    connection: str
    direction: Direction
    payload: str | bytes
    left_out: int = 0
    change: Change | None = None

    @property
    def is_fence(self) -> bool:
        """Whether it is a fence of the kit."""
        payload = self.payload
        if not isinstance(payload, str):
            return False
        return payload in SERVER_FENCES or payload.startswith(CLIENT_FENCE)

    def line(self) -> str:
        """The entry on one line, long payloads cut in the middle."""
        return f"{self.at:8.3f}  {self.connection} {ARROWS[self.direction]} {self.shown()}"

    def shown(self) -> str:
        """The payload as one line of text."""
        return show_payload(self.payload, self.left_out)

    def as_json(self) -> dict[str, object]:
        """The entry in the JSON report; bytes in hexadecimal."""
        content = (
            {"text": self.payload}
            if isinstance(self.payload, str)
            else {"bytes": self.payload.hex()}
        )
        return {
            "at": round(self.at, 6),
            "connection": self.connection,
            "direction": self.direction,
            **content,
            **({"leftOut": self.left_out} if self.left_out else {}),
        }


@dataclass(slots=True)
class Trace:
    """The entries of one case, in the order in which they happened.

    Attributes:
        began: The monotonic time when the case began.
        stimulus: The frame that is the subject of the case, if the case has marked one.
    """

    began: float = field(default_factory=time.monotonic)
    entries: list[Entry] = field(default_factory=list)
    stimulus: Entry | None = None

    def stimulate(self) -> None:
        """Mark the last entry as the subject of the case."""
        self.stimulus = self.entries[-1]

    def add(
        self,
        connection: str,
        direction: Direction,
        payload: str | bytes,
        change: Change | None = None,
    ) -> None:
        """Add an entry with the current time."""
        at = time.monotonic() - self.began
        left_out = max(len(payload) - WHOLE, 0)
        kept = _ends(payload) if left_out else payload
        self.entries.append(Entry(at, connection, direction, kept, left_out, change))

    def keep_notes(self) -> None:
        """Drop all frames so far, because the case begins only now."""
        self.entries = [entry for entry in self.entries if entry.direction == "noted"]
        self.stimulus = None

    def last_sent(self, connection: str | None = None) -> str | None:
        """The subject of the case, or else the kit's last frame that is not a fence.

        With the label of a connection, the last such frame on that connection.
        """
        sent = (
            entry
            for entry in reversed(self.entries)
            if entry.direction == "sent"
            and not entry.is_fence
            and connection in (None, entry.connection)
        )
        entry = (self.stimulus if connection is None else None) or next(sent, None)
        return f"{entry.connection} -> {entry.shown()}" if entry else None

    def dialogue(self, last: int = SHOWN_ENTRIES) -> list[str]:
        """The last entries as lines, after a line with the number of earlier ones."""
        left_out = len(self.entries) - last
        entries = "entry" if left_out == 1 else "entries"
        lines = [f"… {left_out} earlier {entries}"] if left_out > 0 else []
        return lines + [entry.line() for entry in self.entries[-last:]]


def _ends(payload: str | bytes) -> str | bytes:
    begin, end = slice(WHOLE // 2), slice(-WHOLE // 2, None)
    if isinstance(payload, str):
        return payload[begin] + payload[end]
    return payload[begin] + payload[end]


def label(number: int) -> str:
    """The label of the connection with this number: A, B, …, Z, A1, B1 and so on."""
    round_, letter = divmod(number, 26)
    return chr(ord("A") + letter) + (str(round_) if round_ else "")
