"""The record of what passed, as much of its end as fits into a bound of memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from conformance.driver.trace import WHOLE, Direction, Entry

MOST_BYTES = 64 << 20
MOST_ENTRIES = 200_000
COST = 300
"""Bytes of an entry without its payload."""


class Passed:
    """One message, or a note about a connection.

    Attributes:
        at: Seconds since the watcher began.
        connection: The label of the connection.
        direction: `sent` by the client, `received` by it, or `noted`.
        payload: The message, without the middle of a large one; or the text of the note.
        type: The type of the event in it, or an empty string.
        left_out: The number of bytes that are missing in the middle.
        findings: The numbers of the findings in it.
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
        """Return it as an entry of a dialogue that began at `since`."""
        content = self.payload.decode(errors="replace") if self.is_text else self.payload
        return Entry(self.at - since, self.connection, self.direction, content, self.left_out)


class Record:
    """The last entries of all connections.

    Attributes:
        forgotten: The number of earlier entries that were dropped.
        bytes: The memory of the entries, about.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, most_entries: int = MOST_ENTRIES) -> None:
        self.forgotten = 0
        self.bytes = 0
        self._most_bytes = most_bytes
        self._most_entries = most_entries
        self._entries: deque[Passed] = deque()

    def add(self, passed: Passed) -> None:
        """Add an entry, and drop the oldest if there is no room."""
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
        """Return the entry with a number, or None if it was dropped."""
        index = number - self.forgotten - 1
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def since(self, number: int, most: int) -> list[Passed]:
        """Return the last entries after a number, at most `most` of them."""
        count = min(self.last - number, len(self._entries), most)
        return [self._entries[i] for i in range(-count, 0)]

    def all(self) -> Iterator[Passed]:
        """Iterate over all entries."""
        return iter(self._entries)

    def of(self, connection: str) -> Iterator[Passed]:
        """Iterate over the entries of a connection."""
        return (passed for passed in self._entries if passed.connection == connection)
