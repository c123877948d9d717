"""The watcher: the connections, the record of what passed, the findings.

The forwarder reports bytes and ends of streams to it, in the order in which they happen.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from conformance.driver.trace import Direction, Entry, label
from conformance.protocol.display import show_payload
from conformance.proxy.findings import Finding, Findings
from conformance.proxy.frame_reader import (
    CLOSE,
    Control,
    FrameReader,
    Invalid,
    Message,
    Parsed,
    TooLarge,
)
from conformance.proxy.judge import Judge
from conformance.proxy.record import Passed, Record
from conformance.proxy.sides import Due, Fault, Sender, Side

JUDGED = 32 << 20
"""The longest message that is judged, in bytes; a longer one is forwarded and noted."""
CONTEXT = 10
"""Entries that a finding keeps."""
KEPT_ENDED = 200
"""Ended connections that are kept."""
KEPT_STATES = 20
"""Ended connections whose documents are kept."""
FAULTS = frozenset({1003, 1008, 1011})
"""Close codes with which a server rejects an event; the others are about frames."""
AT_ONCE = 1.0
"""Seconds after an event of the client in which the server's close may be an answer to it."""
SOON = 3.0
"""Seconds after a takeover in which a close of the newer connection is suspicious."""


class Listener(Protocol):
    """The interface for those that are notified at once."""

    def opened(self, watched: Watched) -> None:
        """A client has connected."""

    def ended(self, watched: Watched) -> None:
        """A connection has ended."""

    def found(self, finding: Finding) -> None:
        """A finding is new, if its count is 1, or was seen again."""

    def noted(self, connection: str, text: str) -> None:
        """Something noteworthy happened that is not a fault."""


@dataclass(slots=True)
class ConnectionEnd:
    """How a connection ended.

    Attributes:
        by: The side that began the close: `client`, `server` or `proxy`.
    """

    by: str
    code: int = 1006
    reason: str = ""

    def __str__(self) -> str:
        if self.code == 1006:
            return f"ended without a close frame by the {self.by}"
        reason = f" ({self.reason!r})" if self.reason else ""
        return f"closed by the {self.by} with code {self.code}{reason}"


class Watched:
    """One connection.

    Attributes:
        ending: How it ends, or None before a side begins to close it.
        bytes: The bytes from the client and from the server, with the headers of frames.
        controls: The number of pings and pongs.
        silent: Whether nothing reaches the client, because it does not read.
        last: Its last entries.
        disconnected: The time of `_DISCONNECT`, or None.
        placed: Whether the server has accepted the client's identification.
        first: The side that ended its stream first, or an empty string.
        unwatched: Whether the watcher failed on it, so that bytes are only forwarded.
    """

    def __init__(self, watcher: Watcher, name: str, path: str, origin: str, agent: str) -> None:
        self.label = name
        self.path = path
        self.origin = origin
        self.agent = agent
        self.opened = watcher.now()
        self.ended: float | None = None
        self.ending: ConnectionEnd | None = None
        self.judge = Judge(self.report, self._note, watcher.deadline)
        self.bytes = {"client": 0, "server": 0}
        self.controls = 0
        self.silent: Callable[[], bool] = bool
        self.last: deque[Passed] = deque(maxlen=CONTEXT)
        self.disconnected: float | None = None
        self.placed = False
        self.first = ""
        self.unwatched = False
        self._heard = 0.0
        self._watcher = watcher
        self._frames = {
            "client": FrameReader(masked=True, limit=JUDGED),
            "server": FrameReader(masked=False, limit=JUDGED),
        }
        self._current: Passed | None = None

    @property
    def frames(self) -> int:
        """The number of messages."""
        return self.judge.client.frames + self.judge.server.frames

    def client(self, data: bytes) -> None:
        """Take bytes of the client."""
        self._feed("client", self.judge.client, data)

    def server(self, data: bytes) -> None:
        """Take bytes of the server."""
        self._feed("server", self.judge.server, data)

    def _feed(self, name: Sender, side: Side, data: bytes) -> None:
        self.bytes[name] += len(data)
        if self.unwatched:
            return
        try:
            if parts := self._frames[name].feed(data):
                self._take(name, side, parts)
        except Exception:  # noqa: BLE001 - an error of the kit must not end the connection
            self.unwatched = True
            error = traceback.format_exc()
            self._note(f"the watcher failed, and no longer judges this connection: {error}")

    def _take(self, name: Sender, side: Side, parsed: list[Parsed]) -> None:
        now = self._watcher.now()
        for part in parsed:
            match part:
                case Message():
                    self._message(name, side, part, now)
                case Control(code, payload):
                    if code == CLOSE:
                        self._closing(name, side, payload, now)
                    else:
                        self.controls += 1
                case TooLarge(size):
                    self.note(f"a message of the {name} of {size} bytes is too large to be judged")
                    self.judge.large(side, now)
                case Invalid(reason):
                    self.note(f"the {name} sends {reason}; its further bytes are not judged")
                    self._current = self.last[-1]
                    self.judge.invalid(side, reason, now)
                    self._current = None

    def _message(self, name: Sender, side: Side, message: Message, now: float) -> None:
        direction: Direction = "sent" if name == "client" else "received"
        passed = Passed(now, self.label, direction, message.payload, message.is_text)
        self._add(passed)
        self._current = passed
        if not message.is_text:
            self.judge.binary(side, now)
        else:
            passed.type = self.judge.text(side, message.payload, now)
            if name == "client":
                self._heard = now
            else:
                self._of_session(passed.type, now)
        self._current = None

    def _of_session(self, type_: str, now: float) -> None:
        if self.judge.identity and not self.placed and type_.startswith("_SET:"):
            self.placed = True
            self._watcher.took_place(self)
        if self.judge.disconnected and self.disconnected is None:
            self.disconnected = now

    def _closing(self, name: Sender, side: Side, payload: bytes, now: float) -> None:
        code = int.from_bytes(payload[:2], "big") if payload else 1005
        reason = payload[2:].decode(errors="replace")
        self.note(f"the {name} closes with code {code}" + (f" ({reason!r})" if reason else ""))
        if self.ending is None:
            self.ending = ConnectionEnd(name, code, reason)
            if name == "server":
                self._closed_by_server(code, now)
        self.judge.close(side, now)

    def _closed_by_server(self, code: int, now: float) -> None:
        """Suspect a close that answers an event, or that cleans up after an older connection."""
        self._watcher.closes(self, code)
        event = self.judge.refusable
        if code in FAULTS and event and now - self._heard < AT_ONCE and not self.judge.disconnected:
            how = f"a close with code {code} {now - self._heard:.3f} s after {event!r}"
            fault = Fault(
                "connection-refusal-survives",
                "server",
                event,
                "a connection that stays open after any well-formed event",
                how,
                "suspect",
            )
            self.report(fault)

    def half_ended(self, by: str) -> None:
        """Take the end of one side's stream."""
        self.first = self.first or by

    def end(self, by: str) -> None:
        """Take the end of the connection, ended by this side unless the other began it."""
        if self.ended is not None:
            return
        self.ended = self._watcher.now()
        if self.ending is None:
            self.ending = ConnectionEnd(self.first or by)
            if self.ending.by == "server":
                self._closed_by_server(self.ending.code, self.ended)
            self.note(f"the {self.ending.by} ends the connection without a close frame")
        self._watcher.has_ended(self)

    def note(self, text: str) -> None:
        """Add a note to the record."""
        self._add(Passed(self._watcher.now(), self.label, "noted", text.encode(), is_text=True))

    def _add(self, passed: Passed) -> None:
        self._watcher.record.add(passed)
        self.last.append(passed)

    def context(self) -> Sequence[Entry]:
        """Return the last entries."""
        return [passed.entry() for passed in self.last]

    def report(self, fault: Fault) -> None:
        """Report a fault, with the message that is judged now if there is one."""
        self._watcher.report(self, fault, self._current)

    def _note(self, text: str) -> None:
        self.note(text)
        self._watcher.listener.noted(self.label, text)


class Watcher:
    """The watcher of all connections.

    Args:
        listener: Notified at once of connections and findings.
        deadline: Seconds within which an answer must arrive.

    Attributes:
        connections: The open connections and the last ended ones, by label.
        began: The wall-clock time at which it began.
        keys: The keys of the documents of ended connections.
        ended_frames: The number of messages of ended connections.
        ended_bytes: The number of bytes of ended connections.
    """

    def __init__(self, listener: Listener, deadline: float) -> None:
        self.listener = listener
        self.deadline = deadline
        self.connections: dict[str, Watched] = {}
        self.opened = 0
        self.record = Record()
        self.findings = Findings()
        self.began = time.time()
        self.keys: set[str] = set()
        self.ended_frames = 0
        self.ended_bytes = 0
        self._start = time.monotonic()
        self._labels = map(label, count())

    def now(self) -> float:
        """Return the seconds since it began."""
        return time.monotonic() - self._start

    def open(self, path: str, origin: str, agent: str) -> Watched:
        """Add a connection whose handshake is complete."""
        watched = Watched(self, next(self._labels), path, origin, agent)
        self.connections[watched.label] = watched
        self.opened += 1
        watched.note(f"connects to {path}" + (f" from {origin}" if origin else ""))
        self.listener.opened(watched)
        return watched

    def note(self, text: str) -> None:
        """Report something that belongs to no connection."""
        self.listener.noted("", text)

    def report(self, watched: Watched, fault: Fault, passed: Passed | None) -> None:
        """Report a fault on a connection, in a message or without one."""
        finding = self.findings.take(fault, watched.label, self.now())
        if finding.count == 1:
            finding.last = watched.context()
            if passed is not None:
                entry = passed.entry()
                finding.frame = show_payload(entry.payload, entry.left_out)
        if passed is not None and finding.number not in passed.findings:
            passed.findings = (*passed.findings, finding.number)
        self.listener.found(finding)

    def tick(self) -> None:
        """Report what is late. Call it a few times a second."""
        now = self.now()
        for watched in [*self.connections.values()]:
            if watched.ended is None and watched.judge.dues and not watched.silent():
                watched.judge.overdue(now)

    def open_connections(self) -> list[Watched]:
        """Return the open connections."""
        return [watched for watched in self.connections.values() if watched.ended is None]

    def totals(self) -> tuple[int, int]:
        """Return the number of frames and bytes so far."""
        alive = self.open_connections()
        return (
            self.ended_frames + sum(watched.frames for watched in alive),
            self.ended_bytes + sum(sum(watched.bytes.values()) for watched in alive),
        )

    def all_keys(self) -> set[str]:
        """Return the keys of all documents so far."""
        return self.keys.union(
            *(watched.judge.documents.copies for watched in self.open_connections())
        )

    def has_ended(self, watched: Watched) -> None:
        """Take the end of a connection, and drop the oldest ended ones."""
        self.ended_frames += watched.frames
        self.ended_bytes += sum(watched.bytes.values())
        if len(self.keys) < 10_000:
            self.keys |= watched.judge.documents.copies.keys()
        self.listener.ended(watched)
        ended = [name for name, other in self.connections.items() if other.ended is not None]
        for name in ended[-KEPT_STATES - 1 : -KEPT_STATES]:
            self.connections[name].judge.documents.copies.clear()
        for name in ended[:-KEPT_ENDED]:
            del self.connections[name]

    def took_place(self, newer: Watched) -> None:
        """Expect the end of older connections of a session that a newer one has taken over."""
        for older in self.open_connections():
            same = older.path == newer.path and older.judge.identity == newer.judge.identity
            if same and older is not newer and older.placed and not older.judge.disconnected:
                expected = (
                    f"_DISCONNECT within {self.deadline:g} s, because connection {newer.label} has "
                    "the same user and session"
                )
                fault = Fault(
                    "session-takeover-disconnect", "server", "takeover", expected, "none", "suspect"
                )
                due = Due(self.now() + self.deadline, fault)
                older.judge.dues.setdefault(("server", "takeover"), due)

    def closes(self, newer: Watched, code: int) -> None:
        """Suspect a server that closes a newer connection when it cleans up an older one."""
        if newer.judge.disconnected or code != 1000:
            return
        for older in self.connections.values():
            since = older.disconnected
            if older.path != newer.path or since is None or since < newer.opened:
                continue
            if self.now() - (older.ended or since) < SOON:
                fault = Fault(
                    "session-takeover",
                    "server",
                    "close",
                    "a newer connection of a session that stays open",
                    f"a close with code {code} just after the older connection, {older.label}, was "
                    "closed",
                    "suspect",
                )
                newer.report(fault)
                return
