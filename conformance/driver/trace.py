"""The dialogue of a case: everything that passed on its connections, with times.

Entries are facts; how they are shown is decided here and only here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

from conformance.protocol.display import show_payload

Direction = Literal["sent", "received", "noted"]
Change = Literal["opened", "closed"]

ARROWS: dict[Direction, str] = {"sent": "->", "received": "<-", "noted": "--"}
FENCES = ('{"type":"_GET:TESTEE","data":{}}', '{"type":"_GET:SECOND","data":{}}')
CALL = '{"type":"_ACTION:TESTEE","data":{"type":"call","name":"fence-'
"""How a fence begins that a client is to answer."""
WHOLE = 1 << 16
"""Characters or bytes of a payload that is kept whole; of a larger one the middle is left out."""
SHOWN_ENTRIES = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One frame, or something that happened to a connection.

    Attributes:
        at: Seconds since the case began.
        connection: The connection's label: A, B, …
        direction: Sent by the kit, received by it, or noted about the connection.
        payload: The frame, or the note's text.
        left_out: How many characters or bytes are missing in the middle of the payload.
        change: What a note says of its connection, if that is its beginning or its end by a close
            frame.
    """

    at: float
    connection: str
    direction: Direction
    payload: str | bytes
    left_out: int = 0
    change: Change | None = None

    @property
    def is_fence(self) -> bool:
        """Whether it is a frame of the kit that asks for nothing but an answer."""
        payload = self.payload
        return payload in FENCES or (isinstance(payload, str) and payload.startswith(CALL))

    def line(self) -> str:
        """The entry on one line, long payloads cut in the middle."""
        return f"{self.at:8.3f}  {self.connection} {ARROWS[self.direction]} {self.shown()}"

    def shown(self) -> str:
        """The payload for people."""
        return show_payload(self.payload, self.left_out)

    def as_json(self) -> dict[str, object]:
        """The entry as it stands in the JSON report; bytes in hexadecimal."""
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
        began: When the case began, by the monotonic clock.
        entries: What happened.
        stimulus: The frame that the case is about, if it has said so.
    """

    began: float = field(default_factory=time.monotonic)
    entries: list[Entry] = field(default_factory=list)
    stimulus: Entry | None = None

    def stimulate(self) -> None:
        """Declare that what was sent last is what the case is about."""
        self.stimulus = self.entries[-1]

    def add(
        self,
        connection: str,
        direction: Direction,
        payload: str | bytes,
        change: Change | None = None,
    ) -> None:
        """Record something that happens now."""
        at = time.monotonic() - self.began
        left_out = max(len(payload) - WHOLE, 0)
        kept = _ends(payload) if left_out else payload
        self.entries.append(Entry(at, connection, direction, kept, left_out, change))

    def keep_notes(self) -> None:
        """Forget the frames so far: they led to where the case begins."""
        self.entries = [entry for entry in self.entries if entry.direction == "noted"]
        self.stimulus = None

    def last_sent(self) -> str | None:
        """What the case is about, or else the last frame of the kit that is no fence; or None."""
        sent = (e for e in reversed(self.entries) if e.direction == "sent")
        entry = self.stimulus or next((e for e in sent if not e.is_fence), None)
        return f"{entry.connection} -> {entry.shown()}" if entry else None

    def last_sent_on(self, connection: str) -> str | None:
        """The last frame of the kit on a connection that is no fence, or None."""
        sent = (e for e in reversed(self.entries) if e.direction == "sent" and not e.is_fence)
        entry = next((e for e in sent if e.connection == connection), None)
        return f"{entry.connection} -> {entry.shown()}" if entry else None

    def dialogue(self, last: int = SHOWN_ENTRIES) -> list[str]:
        """The last entries as lines, with a first line that says how many were left out."""
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
    """The labels of connections A, B, …, Z, A1, B1, … in turn."""
    round_, letter = divmod(number, 26)
    return chr(ord("A") + letter) + (str(round_) if round_ else "")
