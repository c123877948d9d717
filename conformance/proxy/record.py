"""The dialogue as it was recorded: the last of it, as much as a bound of memory takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from conformance.driver.trace import WHOLE, Direction, Entry

MOST_BYTES = 64 << 20
MOST_ENTRIES = 200_000
COST = 300
"""Bytes that an entry takes besides its payload."""


class Passed:
    """One message that has passed, or something that happened to a connection.

    Attributes:
        number: Which entry it is, from 1 on.
        at: Seconds since the watcher began.
        connection: The label of the connection.
        direction: `sent` by the client, `received` by it, or `noted`.
        payload: The message as it came, the middle of a large one left out; or the note's text.
        is_text: Whether the message is text.
        type: The type of the event in it, if there is one.
        left_out: How many bytes are missing.
        findings: The numbers of the findings that it led to.
    """

    __slots__ = (
        "at",
        "connection",
        "direction",
        "findings",
        "is_text",
        "left_out",
        "number",
        "payload",
        "type",
    )

    def __init__(
        self, at: float, connection: str, direction: Direction, payload: bytes, is_text: bool
    ) -> None:
        self.number = 0
        self.at = at
        self.connection = connection
        self.direction: Direction = direction
        self.is_text = is_text
        self.type = ""
        self.findings: tuple[int, ...] = ()
        self.left_out = 0
        if len(payload) > WHOLE:
            self.left_out = len(payload) - WHOLE
            payload = payload[: WHOLE // 2] + payload[-WHOLE // 2 :]
        self.payload = payload

    def entry(self, since: float = 0.0) -> Entry:
        """The same as an entry of a dialogue that began at a time."""
        content = self.payload.decode(errors="replace") if self.is_text else self.payload
        return Entry(self.at - since, self.connection, self.direction, content, self.left_out)


class Record:
    """The last entries of all connections.

    Attributes:
        forgotten: How many earlier ones are gone.
        bytes: How much memory is taken, about.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, most_entries: int = MOST_ENTRIES) -> None:
        self.forgotten = 0
        self.bytes = 0
        self._most_bytes = most_bytes
        self._most_entries = most_entries
        self._entries: deque[Passed] = deque()

    def add(self, passed: Passed) -> None:
        """Keep an entry, and forget the oldest where there is no room."""
        entries = self._entries
        passed.number = self.forgotten + len(entries) + 1
        entries.append(passed)
        self.bytes += COST + len(passed.payload)
        while self.bytes > self._most_bytes or len(entries) > self._most_entries:
            self.bytes -= COST + len(entries.popleft().payload)
            self.forgotten += 1

    @property
    def last(self) -> int:
        """The number of the last entry."""
        return self.forgotten + len(self._entries)

    def get(self, number: int) -> Passed | None:
        """The entry of a number, if it is still there."""
        index = number - self.forgotten - 1
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def since(self, number: int, most: int) -> list[Passed]:
        """The last entries behind a number, at most so many of them."""
        count = min(self.last - number, len(self._entries), most)
        return [self._entries[i] for i in range(-count, 0)]

    def all(self) -> Iterator[Passed]:
        """All entries that are kept."""
        return iter(self._entries)

    def of(self, connection: str) -> Iterator[Passed]:
        """The entries of a connection."""
        return (passed for passed in self._entries if passed.connection == connection)
