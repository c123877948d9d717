"""Concurrent edits: when to repeat an attribute so that both sides agree again (state-crossing).

The protocol has no revisions. A write of the client that arrives shortly after the server has sent
a value may have been made before the client saw that value. Then the two sides have applied both
changes in different order, and may hold different values without noticing. So the server repeats
its value. If it did so at once, it would remove what the user types next. It therefore waits until
the attribute has been at rest for a moment.

On one connection, each attribute is in one of three states:

    SEEN        the client has seen every value that was sent
    IN_FLIGHT   the client may not have seen the latest value yet
    CROSSED     a write may have crossed a value: repeat the value when the attribute is at rest

Five events move it:

    SENT        the server sent a patch of the attribute
    WHOLE       the server sent the whole value: in a state, or as the repetition
    WRITTEN     a write of the client arrived that read or wrote the attribute
    REPLACED    a write of the client arrived that replaced the whole value by a value of its own
    AFFECTED    a crossing write concerns the attribute through others: the write may have copied
                the value of a crossed attribute to it, or the client could not apply a patch of a
                crossed attribute, and has lost the whole patch, which changed this attribute too

                SENT        WHOLE       WRITTEN     REPLACED    AFFECTED
    SEEN        IN_FLIGHT   IN_FLIGHT   SEEN        SEEN        CROSSED
    IN_FLIGHT   IN_FLIGHT   IN_FLIGHT   CROSSED     CROSSED     CROSSED
    CROSSED     CROSSED     IN_FLIGHT   CROSSED     (SEEN)      CROSSED

Two timers complete the table. SENT and WHOLE start the first timer: when it ends, IN_FLIGHT becomes
SEEN. Entering CROSSED, also from CROSSED, restarts the second timer: when it ends, the value is
due, and the caller sends it. The first timer continues in CROSSED, so that the attribute is
IN_FLIGHT or SEEN after that. Only when it has ended, REPLACED leads to SEEN, because the client has
written the value after it saw everything: both sides hold this value. So a user who types in a text
repairs it with the next key, and it is not repeated.

The time of the first timer follows from the round trip, except for the first state of a connection:
the first patch of the client shows that the client has seen it (state-client-base).

A repetition may be crossed like any value, and must then be sent again. So the second timer becomes
longer, because its time was too short for this user: twice as long after a repetition that was
crossed, and at least twice the time between two writes.

Only the times at which the timers end are stored, because every write and every patch comes through
here: an attribute is CROSSED while it has a second timer, and otherwise IN_FLIGHT until its first
timer ends. Times are seconds of one monotonic clock, which the caller reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from ws_sync._core.json.patch import Operation
from ws_sync._core.json.pointer import parse
from ws_sync._core.protocol.round_trip import RoundTrip

LONGEST_REST = 5.0
"""Most seconds for which an attribute must be at rest, however often its repetition was crossed."""

_NEVER = float("-inf")


class ConcurrentEdits:
    """The states of the attributes of one document on one connection."""

    __slots__ = (
        "_all_sent_at",
        "_due_at",
        "_first_sent_at",
        "_newest",
        "_newest_at",
        "_patches",
        "_rests",
        "_round_trip",
        "_sent_at",
        "_states",
    )

    def __init__(self, round_trip: RoundTrip, *, is_first: bool = True) -> None:
        """Begin before anything was sent.

        Args:
            round_trip: the round trip of the connection, which its documents share.
            is_first: whether no other document with this key was sent on the connection.
        """
        self._round_trip = round_trip
        self._states = 0 if is_first else 1  # the number of states of this key on the connection
        self._first_sent_at: float | None = None  # until a patch shows that the state was seen
        self._all_sent_at = _NEVER  # when the last state was sent that may not have been seen
        self._sent_at: dict[str, float] = {}  # when an attribute was last sent
        self._patches: dict[frozenset[str], float] = {}  # when the attributes were sent together
        self._due_at: dict[str, float] = {}  # end of the second timer, of crossed attributes
        self._rests: dict[str, float] = {}  # time of the second timer, if it is a longer one
        self._newest: list[str] = []  # the attributes of the latest patch, if it is not recorded
        self._newest_at = 0.0  # when it was sent

    def patch_sent(self, names: list[str], now: float) -> None:
        """Record that one patch of these attributes, each named once, was sent.

        Most patches are followed by a patch of the same attributes, and only the latest of these
        counts. So a patch is fully recorded when a different one follows, or before any other call.
        """
        if names != self._newest:
            self._record_newest()
            self._newest = names
        self._newest_at = now

    def state_sent(self, now: float) -> None:
        """Record that the whole values of all attributes were sent."""
        self._record_newest()
        self._states += 1
        if self._states == 1:
            self._first_sent_at = now
        self._all_sent_at = now
        self._due_at.clear()

    def values_sent(self, names: Iterable[str], now: float) -> None:
        """Record that the whole values of these attributes were sent."""
        self._record_newest()
        for name in names:
            self._sent_at[name] = now
            self._due_at.pop(name, None)

    def patch_received(self, now: float) -> None:
        """Record that a patch arrived, whatever it says."""
        if self._first_sent_at is None:
            return
        self._round_trip.answered(now - self._first_sent_at)  # state-client-base
        self._first_sent_at = None
        if self._states == 1:
            self._all_sent_at = _NEVER

    def write_received(self, names: Iterable[str], patch: list[Operation], now: float) -> None:
        """Record that one write arrived, as a patch, that read or wrote these attributes."""
        self._record_newest()
        written = set(names)
        doubtful = {n for n in written if n in self._due_at or self._is_in_flight(n, now)}
        if doubtful:
            for name in replaced_attributes(patch):
                if not self._is_in_flight(name, now):  # REPLACED
                    self._due_at.pop(name, None)
                    written.discard(name)
        if written.isdisjoint(doubtful):
            for name in self._rests and written:
                self._rests.pop(name, None)
            return
        for together, sent_at in self._patches.items():
            if now < sent_at + self._round_trip.window and together & written:
                written |= together
        for name in written:
            self._cross(name, now)

    def take_due(self, now: float) -> list[str]:
        """Return the attributes to repeat now. The caller sends them."""
        self._record_newest()
        names = [name for name, due_at in self._due_at.items() if due_at <= now]
        for name in names:
            del self._due_at[name]
            self._rests[name] = min(2 * self._rest(name), LONGEST_REST)
        return names

    def next_due(self) -> float | None:
        """Return when to call `take_due`; None if no attribute is crossed."""
        self._record_newest()
        return min(self._due_at.values(), default=None)

    def _is_in_flight(self, name: str, now: float) -> bool:
        sent_at = max(self._all_sent_at, self._sent_at.get(name, _NEVER))
        return now < sent_at + self._round_trip.window

    def _rest(self, name: str) -> float:
        return self._rests.get(name, self._round_trip.settle)

    def _cross(self, name: str, now: float) -> None:
        rest = self._rest(name)
        if (due_at := self._due_at.get(name)) is not None:
            since_the_last = now - (due_at - rest)
            rest = max(rest, min(2 * since_the_last, LONGEST_REST))
            self._rests[name] = rest
        self._due_at[name] = now + rest

    def _record_newest(self) -> None:
        if not self._newest:
            return
        names, now, self._newest = self._newest, self._newest_at, []
        seen = now - self._round_trip.window
        while self._patches and self._patches[oldest := next(iter(self._patches))] <= seen:
            del self._patches[oldest]
        together = frozenset(names)
        self._patches.pop(together, None)  # only the latest patch of the same attributes counts
        self._patches[together] = now
        for name in names:
            self._sent_at[name] = now
            if name in self._due_at:
                self._due_at[name] = now + self._rest(name)


def replaced_attributes(patch: list[Operation]) -> set[str]:
    """Return the attributes that a valid patch sets to values that only the patch determines.

    These values don't depend on the document to which the patch is applied.
    """
    replaced: set[str] = set()
    for operation in patch:
        path = parse(operation["path"])
        match operation["op"]:
            case "add" | "replace" if len(path) == 1:
                replaced.add(path[0])
            case "move" | "copy":
                replaced.difference_update(path[:1] or set(replaced))
    return replaced
